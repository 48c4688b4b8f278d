import { once } from 'node:events';
import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import tls, { type TlsOptions } from 'node:tls';
import { createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound, type OutboundOptions } from '../../src/outbound/client';
import { certificateOf, ownAuthority } from '../support/certificates';
import { certificateWith, dsaKey, rsaPublicKey } from '../support/der';

/** Made for this test alone: signs itself, for the name issuer.test, until 2120. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBdoNLbrkjZAO9Yvb
hpjbG5+HRaLZbtKxWwj/Mj5a47KhRANCAASAtxzgSmonnumdnfpf3HCtMHWf7P24
QIVgky5MrLNGlKuVpJjBICs7tSeNL9rRivTwL5pPgz8sFvECpTJcFcxF
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ6gAwIBAgICEAAwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLaXNzdWVy
LnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBYxFDASBgNV
BAMMC2lzc3Vlci50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgLcc4Epq
J57pnZ36X9xwrTB1n+z9uECFYJMuTKyzRpSrlaSYwSArO7UnjS/a0Yr08C+aT4M/
LBbxAqUyXBXMRaNKMEgwDwYDVR0TAQH/BAUwAwEB/zAWBgNVHREEDzANggtpc3N1
ZXIudGVzdDAdBgNVHQ4EFgQUOYySGw/Iu/2+pg29BzeUjWbbbg8wCgYIKoZIzj0E
AwIDRwAwRAIgRHRhvXCFldDun9xQwIOW7SQLrACGu5VQcsGpl39IVz0CIFh/sI4H
lhO7e5GZBOFSweKtQvVM7/e8lRQ8UfhVRwWr
-----END CERTIFICATE-----
`;

const server = createServer({ key, cert }, (_request, response) => response.end('over TLS'));
const guard = createAddressGuard({
  allowCidrs: ['127.0.0.0/8'],
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
});
const connections: unknown[] = [];
server.on('secureConnection', (socket) => connections.push(socket));

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

test('a server that asks who calls is shown the certificate of that call, and of no other', async () => {
  const asking = createServer({ key, cert, ca: cert, requestCert: true, maxVersion: 'TLSv1.2' }, (_request, response) =>
    response.end(),
  );
  asking.listen(0, '127.0.0.1');
  await once(asking, 'listening');
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now }, trustedCa: cert });
  const url = `https://issuer.test:${(asking.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {} };
  const resultOf = async (own?: { certificate: string; key: string }) =>
    (await outbound.postSigned({ ...call, own })).kind;
  expect(await resultOf({ certificate: cert, key })).toBe('answered');
  expect(await resultOf()).toBe('failed');
  expect(await resultOf({ certificate: cert, key })).toBe('answered');
  // The host is there for whoever shows the right one, however often others are turned away.
  for (let n = 0; n < 12; n += 1) await outbound.postSigned({ ...call, breakerKey: `other${n}` });
  expect(outbound.openedWithin(60_000)).toEqual([expect.stringMatching(/^host:/)]);
  expect(await resultOf({ certificate: cert, key })).toBe('answered');
  await outbound.close();
  asking.closeAllConnections();
  await new Promise((done) => asking.close(done));
});

test('a certificate that TLS does not take fails its own call, and nothing else', async () => {
  const { pem, keyPem } = certificateOf([{ name: 'commonName', value: 'too short' }], undefined, [], 512);
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now }, trustedCa: cert });
  const url = `https://issuer.test:${(server.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {} };
  const own = { certificate: pem, key: keyPem };
  expect(await outbound.postSigned({ ...call, own })).toMatchObject({ kind: 'failed', reason: 'tls' });
  expect(await outbound.postSigned(call)).toMatchObject({ kind: 'answered', status: 200 });
  await outbound.close();
});

test.each([
  ['key', { own: { certificate: cert, key: dsaKey(2_048) } }],
  ['certificate', { own: { certificate: certificateWith(rsaPublicKey(2n ** 3_072n - 1n, 2n ** 3_071n - 1n)), key } }],
  ['authority', { ca: certificateWith(rsaPublicKey(2n ** 3_072n - 1n, 2n ** 3_071n - 1n)) }],
])('an unfit %s that a row has of before is not read, and fails its own call alone', async (_what, kept) => {
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now }, trustedCa: cert });
  const url = `https://issuer.test:${(server.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {} };
  const made = jest.spyOn(tls, 'createSecureContext');
  expect(await outbound.postSigned({ ...call, ...kept })).toMatchObject({ kind: 'failed', reason: 'tls' });
  const readings = made.mock.calls.length;
  made.mockRestore();
  expect(readings).toBe(0);
  expect(await outbound.postSigned(call)).toMatchObject({ kind: 'answered', status: 200 });
  await outbound.close();
});

test('the authorities of an issuer are read once, however often its server ends the connection', async () => {
  const closing = createServer({ key, cert }, (_request, response) =>
    response.writeHead(204, { connection: 'close' }).end(),
  );
  closing.listen(0, '127.0.0.1');
  await once(closing, 'listening');
  const made = jest.spyOn(tls, 'createSecureContext');
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now } });
  const url = `https://issuer.test:${(closing.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {} };
  for (let n = 0; n < 3; n += 1) {
    expect(await outbound.postSigned({ ...call, ca: cert })).toMatchObject({ kind: 'answered', status: 204 });
  }
  expect(await outbound.postSigned(call)).toMatchObject({ kind: 'failed', reason: 'tls' });
  expect(made.mock.calls.map(([options]) => Array.isArray(options?.ca))).toEqual([true, false]);
  made.mockRestore();
  await outbound.close();
  await new Promise((done) => closing.close(done));
});

test('no key is agreed on with numbers whose length the server chooses', async () => {
  const { ca, ...own } = ownAuthority();
  const ciphers = 'DHE-RSA-AES128-GCM-SHA256';
  const choosing = createServer({ ...own, ciphers, dhparam: 'auto', maxVersion: 'TLSv1.2' }, (_request, response) =>
    response.end(),
  );
  choosing.listen(0, '127.0.0.1');
  await once(choosing, 'listening');
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now }, trustedCa: ca });
  const url = `https://127.0.0.1:${(choosing.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {} };
  expect(await outbound.postSigned(call)).toMatchObject({ kind: 'failed', reason: 'tls' });
  await outbound.close();
  await new Promise((done) => choosing.close(done));
});

const post = async (trustedCa: string | undefined, host: string, times = 1) => {
  const clock = { nowMs: Date.now };
  const outbound = createOutbound({ guard, clock, ...(trustedCa ? { trustedCa } : {}) });
  const url = `https://${host}:${(server.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {}, answerLimitBytes: 1024 };
  for (let index = 1; index < times; index += 1) {
    await outbound.postSigned(call);
    // The pool takes a connection back one turn of the loop after its answer.
    await setImmediate();
  }
  const result = await outbound.postSigned(call);
  await outbound.close();
  return result;
};

test('a certificate that is trusted and names the host is talked to, over one connection', async () => {
  const before = connections.length;
  const result = await post(cert, 'issuer.test', 3);
  expect(result).toMatchObject({ kind: 'answered', status: 200, body: Buffer.from('over TLS') });
  expect(connections.length - before).toBe(1);
});

test('an unknown authority is refused', async () => {
  expect(await post(undefined, 'issuer.test')).toMatchObject({ kind: 'failed', reason: 'tls' });
});

test('a certificate of another host is refused', async () => {
  expect(await post(cert, 'other.test')).toMatchObject({ kind: 'failed', reason: 'tls' });
});

test('a server that does not speak TLS is refused as such', async () => {
  const { createServer: createTcpServer } = await import('node:net');
  const plain = createTcpServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now } });
  const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {}, answerLimitBytes: 1024 };
  expect(await outbound.postSigned(call)).toMatchObject({ kind: 'failed', reason: 'tls' });
  await outbound.close();
  await new Promise((done) => plain.close(done));
});

describe('through EGRESS_PROXY', () => {
  type ProxyAnswer = 'lets pass' | 'refuses' | 'is silent';
  /** Tunnels to the one server of this file, wherever it is asked to. */
  const aProxy = async (answer: ProxyAnswer) => {
    const asked: { url: string | undefined; login: string | undefined }[] = [];
    const tunnels = new Set<Socket>();
    const proxy = createPlainServer();
    proxy.on('connect', ({ url, headers }: IncomingMessage, client: Socket) => {
      asked.push({ url, login: headers['proxy-authorization'] });
      if (answer === 'is silent') return void tunnels.add(client.on('error', () => undefined));
      if (answer === 'refuses') return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const there = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(there).pipe(client);
      });
      for (const socket of [client, there]) tunnels.add(socket.on('error', () => undefined));
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const close = async () => {
      for (const socket of tunnels) socket.destroy();
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
    };
    return { asked, close, url: `http://ann:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  };

  const call = async (
    addresses: readonly string[],
    answer: ProxyAnswer = 'lets pass',
    options: Partial<OutboundOptions> = {},
  ) => {
    const proxy = await aProxy(answer);
    let lookups = 0;
    const seen = createAddressGuard({
      allowCidrs: ['127.0.0.0/8'],
      resolve: async () => {
        lookups += 1;
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    });
    const outbound = createOutbound({
      guard: seen,
      clock: { nowMs: Date.now },
      trustedCa: cert,
      egressProxyUrl: proxy.url,
      ...options,
    });
    const { port } = server.address() as AddressInfo;
    const url = `https://issuer.test:${port}/`;
    const result = await outbound.postSigned({
      issuerId: 'a',
      url,
      body: Buffer.from('{}'),
      headers: {},
      answerLimitBytes: 99,
    });
    const hosts = outbound.breakerStates().filter(({ key }) => key.startsWith('host:'));
    await outbound.close();
    await proxy.close();
    return { result, port, hosts, lookups, asked: proxy.asked };
  };
  const login = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;

  test('a call leaves by CONNECT to an address that its name leads to, with TLS from end to end', async () => {
    const { result, asked, port } = await call(['10.0.0.1', '8.8.8.8']);
    expect(result).toMatchObject({ kind: 'answered', status: 200, body: Buffer.from('over TLS') });
    expect(asked).toEqual([{ url: `8.8.8.8:${port}`, login }]);
  });

  test('the proxy is never asked for a forbidden address', async () => {
    const { result, asked } = await call(['10.0.0.1', 'fd00::1', '169.254.169.254']);
    expect(result).toMatchObject({ kind: 'failed', reason: 'address_forbidden' });
    expect(asked).toEqual([]);
  });

  test('this machine is called directly, where its name led to it when that was decided', async () => {
    const { result, asked, lookups } = await call(['127.0.0.1']);
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect([asked, lookups]).toEqual([[], 1]);
  });

  test('a proxy that does not answer is named as what failed, and no host is blamed for it', async () => {
    const { result, asked, hosts } = await call(['8.8.8.8'], 'is silent', { connectLimitMs: 50 });
    expect(result).toMatchObject({ kind: 'failed', reason: 'proxy' });
    expect([asked.length, hosts]).toEqual([1, []]);
  });

  test('a proxy that speaks TLS is told by its own name whom it is to be', async () => {
    const names: string[] = [];
    const SNICallback: TlsOptions['SNICallback'] = (name, go) => {
      names.push(name);
      go(null);
    };
    const proxy = createServer({ key, cert, SNICallback });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const egressProxyUrl = `https://localhost:${(proxy.address() as AddressInfo).port}`;
    // It is not trusted here: the name is told before.
    expect((await call(['8.8.8.8'], 'lets pass', { egressProxyUrl })).result).toMatchObject({ reason: 'proxy' });
    expect(names).toEqual(['localhost']);
    await new Promise((done) => proxy.close(done));
  });

  test('a proxy that refuses is asked for the next address, then named as what failed', async () => {
    const { result, asked, port } = await call(['8.8.8.8', '2001:4860:4860::8888'], 'refuses');
    expect(result).toMatchObject({ kind: 'failed', reason: 'proxy' });
    expect(asked.map(({ url }) => url)).toEqual([`8.8.8.8:${port}`, `[2001:4860:4860::8888]:${port}`]);
  });
});

test('an authority that is given with the call is trusted for that call alone', async () => {
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now } });
  const url = `https://issuer.test:${(server.address() as AddressInfo).port}/`;
  const call = { issuerId: 'acme', url, body: Buffer.from('{}'), headers: {} };
  expect(await outbound.postSigned({ ...call, ca: cert })).toMatchObject({ kind: 'answered', status: 200 });
  expect(await outbound.postSigned(call)).toMatchObject({ kind: 'failed', reason: 'tls' });
  await outbound.close();
});
