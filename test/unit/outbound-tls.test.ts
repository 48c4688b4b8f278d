import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound } from '../../src/outbound/client';

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
