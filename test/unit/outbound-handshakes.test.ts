import { once } from 'node:events';
import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import net, { type AddressInfo, connect, createServer as createTcpServer, type NetConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls, { type TlsOptions } from 'node:tls';
import { createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound, type Outbound, type OutboundOptions, type SignedCall } from '../../src/outbound/client';
import { HandshakeGate } from '../../src/outbound/handshake-gate';
import { ownAuthority } from '../support/certificates';
import { longChain, manyAuthorities, oldChain, trustedSlowChain, untrustedSlowChain } from '../support/slow-chain';
import { until } from '../support/until';

const limitBytes = 32 * 1024;
const failedMax = 20;
const minuteMs = 60_000;
const authority = ownAuthority();
const untrusted = untrustedSlowChain(1);
const closers: (() => Promise<unknown>)[] = [];

/** What OpenSSL is given of each connection, before the handshake is done and after. */
const given: { bytes: () => number }[] = [];
const startTls = tls.connect;
beforeEach(() => {
  given.length = 0;
  jest.spyOn(tls, 'connect').mockImplementation(((options: { socket: Duplex }) => {
    const { socket } = options;
    let bytes = 0;
    if (!(socket instanceof Socket)) socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    given.push({ bytes: () => (socket instanceof Socket ? socket.bytesRead : bytes) });
    return startTls(options);
  }) as typeof tls.connect);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(closers.splice(0).map((close) => close()));
});

const aServer = async (options: TlsOptions, body?: Buffer) => {
  let connections = 0;
  const server = createServer(options, (_request, response) => {
    if (body) response.writeHead(200, { connection: 'close' }).end(body);
    else response.writeHead(204).end();
  });
  server.on('connection', () => (connections += 1)).on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `https://127.0.0.1:${port}/`, connections: () => connections };
};

const anOutbound = (options: Partial<OutboundOptions> = {}): Outbound => {
  const guard = createAddressGuard({
    allowCidrs: ['127.0.0.0/8'],
    sandboxAllowCidrs: ['127.0.0.0/8'],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now }, trustedCa: authority.ca, ...options });
  closers.push(outbound.close);
  return outbound;
};

/** As conformance runs do: no circuit stands before it. */
const aCall = (url: string, more: Partial<SignedCall> = {}): SignedCall => ({
  ...{ issuerId: 'acme', url, body: Buffer.from('{}'), headers: {}, isPastCircuit: true },
  ...more,
});

const reasonOf = async (outbound: Outbound, call: SignedCall): Promise<string> => {
  const result = await outbound.postSigned(call);
  return result.kind === 'failed' ? result.reason : `answered ${result.status}`;
};

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s:', (version) => {
  const only = { minVersion: version, maxVersion: version };

  test('of a long chain TLS sees no more than 32 KiB, and so checks none of its certificates', async () => {
    const { bytes, ...chain } = untrustedSlowChain(70);
    const { url } = await aServer({ ...chain, ...only });
    expect(bytes).toBeGreaterThan(80_000);
    expect(await reasonOf(anOutbound(), aCall(url))).toBe('tls');
    expect(given.map((one) => one.bytes() <= limitBytes)).toEqual([true]);
  });

  test('a chain of 32 KiB is looked at, one that is a little longer is not', async () => {
    const short = untrustedSlowChain(22);
    const long = untrustedSlowChain(25);
    expect([short.bytes < limitBytes, long.bytes > limitBytes]).toEqual([true, true]);
    const outbound = anOutbound();
    for (const chain of [short, long]) {
      const { url } = await aServer({ ...chain, ...only });
      expect(await reasonOf(outbound, aCall(url))).toBe('tls');
    }
    const [whole = 0, held = 0] = given.map((one) => one.bytes());
    expect([whole > short.bytes, held < limitBytes]).toEqual([true, true]);
  });

  test.each([
    ['a chain with a slow key fails though its authority is trusted', { slow: true, hidden: false }, 'tls'],
    ['another certificate of the same name hides none', { slow: true, hidden: true, withKey: 'other' }, 'tls'],
    ['neither does one with a trusted key', { slow: true, hidden: true, withKey: 'authority' }, 'tls'],
    ['a chain with usual keys is talked to', { slow: false, hidden: false }, 'answered 204'],
  ] as const)('%s', async (_name, how, expected) => {
    const { ca, ...chain } = trustedSlowChain(how);
    const { url } = await aServer({ ...chain, ...only });
    expect(await reasonOf(anOutbound(), aCall(url, { ca }))).toBe(expected);
  });

  test.each(['root', 'crossSigned'] as const)('an old %s that a server shows, too, is no fault', async (what) => {
    const { ca, ...chain } = oldChain(what);
    const { url } = await aServer({ ...chain, ...only });
    expect(await reasonOf(anOutbound(), aCall(url, { ca }))).toBe('answered 204');
    expect(await reasonOf(anOutbound({ trustedCa: ca }), aCall(url))).toBe('answered 204');
  });

  test('a trusted chain of ten certificates is talked to, a longer one fails, which counts each time', async () => {
    const outbound = anOutbound();
    for (const [between, expected] of [
      [8, 'answered 204'],
      [9, 'tls'],
    ] as const) {
      const { ca, ...chain } = longChain(between);
      const { url } = await aServer({ ...chain, ...only });
      expect(await reasonOf(outbound, aCall(url, { ca }))).toBe(expected);
      expect(await reasonOf(anOutbound({ trustedCa: ca }), aCall(url))).toBe(expected);
    }
    const { ca, ...chain } = longChain(20);
    const { url, connections } = await aServer({ ...chain, ...only });
    const results = [];
    for (let n = 0; n < failedMax + 2; n += 1) results.push(await reasonOf(outbound, aCall(url, { ca })));
    expect(results.slice(-3)).toEqual(['over_limit', 'over_limit', 'over_limit']);
    expect(connections()).toBe(failedMax - 1);
  });

  test('many calls at once that are all right wait for each other, and none fails', async () => {
    const { url, connections } = await aServer({ ...authority, ...only });
    const outbound = anOutbound();
    const call = aCall(url, { callsAtOnce: async () => 48 });
    const results = await Promise.all(Array.from({ length: 48 }, () => reasonOf(outbound, call)));
    expect(new Set(results)).toEqual(new Set(['answered 204']));
    expect(connections()).toBe(48);
  });

  test('a connection is used again, and a new one is made where its server ended it', async () => {
    const { server, url, connections } = await aServer({ ...authority, ...only });
    const outbound = anOutbound();
    for (let n = 0; n < 3; n += 1) {
      expect(await reasonOf(outbound, aCall(url))).toBe('answered 204');
      await new Promise(setImmediate);
    }
    expect(connections()).toBe(1);
    server.closeAllConnections();
    expect(await reasonOf(outbound, aCall(url))).toBe('answered 204');
    expect(connections()).toBe(2);
  });

  test('a long answer that ends with its connection is whole', async () => {
    const body = Buffer.alloc(4_000_000, 'a');
    const { url } = await aServer({ ...authority, ...only }, body);
    const result = await anOutbound().postSigned(aCall(url, { answerLimitBytes: body.length }));
    expect(result).toMatchObject({ kind: 'answered', status: 200, truncated: false });
    expect(result.kind === 'answered' && result.body.equals(body)).toBe(true);
  });

  test('a server that ends the connection in place of a handshake is no TLS at once', async () => {
    const server = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end(),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => new Promise((done) => server.close(done)));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await reasonOf(anOutbound(), aCall(url))).toBe('tls');
  });
});

/** Each text is a record of TLS: those that wait for one another are made one. */
const aServerOfRecords = async (said: readonly string[]) => {
  const { cert, key } = authority;
  const server = tls.createServer({ cert, key }, (socket) => {
    const say = (n: number): void => {
      if (n === said.length) socket.end();
      else socket.write(said[n] as string, (error) => error || say(n + 1));
    };
    socket.on('error', () => undefined).once('data', () => say(0));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise((done) => server.close(done)));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

const piecesMax = 1_024;
const oneByteRecords = Array<string>(6_000).fill('a');
const noContent = 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n';
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n';

test.each([
  [
    'before the answer',
    ['HTTP/1.1 103 Early Hints\r\nx: ', ...oneByteRecords, `\r\n\r\n${noContent}`],
    'answer_too_large',
  ],
  ['in the reason of a status line', ['HTTP/1.1 204 ', ...oneByteRecords, '\r\n\r\n'], 'answer_too_large'],
  ['in the head of an answer that is known', ['HTTP/1.1 204 No Content\r\nx: ', ...oneByteRecords], 'answered 204'],
  ['behind a body', [`${chunked}x: `, ...oneByteRecords, '\r\n\r\n'], 'answered 200'],
])('of records of one byte %s so many are taken as any head may have', async (_where, said, expected) => {
  const url = await aServerOfRecords(said);
  const outbound = anOutbound();
  let pieces = 0;
  let ended: Promise<unknown> | undefined;
  jest.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) => {
    const socket = startTls(options).on('data', () => (pieces += 1));
    ended = new Promise((done) => socket.once('close', done));
    return socket;
  }) as typeof tls.connect);
  const call = aCall(url, { answerLimitBytes: 64 * 1024, isPastCircuit: false, timeLimitMs: 60_000 });
  expect(await reasonOf(outbound, call)).toBe(expected);
  await ended;
  expect(outbound.breakerStates()).toMatchObject([{ calls: 1, failures: expected === 'answer_too_large' ? 1 : 0 }]);
  expect([pieces > piecesMax, pieces <= piecesMax + 5]).toEqual([true, true]);
});

test('a head that is written byte by byte is read', async () => {
  const url = await aServerOfRecords([
    ...`HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\nx: ${'a'.repeat(500)}\r\ncontent-length: 1\r\n\r\na`,
  ]);
  expect(await reasonOf(anOutbound(), aCall(url, { answerLimitBytes: 64 * 1024 }))).toBe('answered 200');
});

test('a server is given no second handshake over a connection', async () => {
  const { server, url } = await aServer({ ...authority, maxVersion: 'TLSv1.2' });
  const asked = new Promise((done) =>
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined).on('close', () => done('refused'));
      socket.renegotiate({}, (error) => done(error ? 'refused' : 'given'));
    }),
  );
  await anOutbound().postSigned(aCall(url, { timeLimitMs: 1_000 }));
  expect(await asked).toBe('refused');
});

describe('handshakes that fail', () => {
  test('are 20 a minute of one issuer, over all its hosts; then it makes no connection until the minute is over', async () => {
    let nowMs = Date.now();
    const hosts = await Promise.all(Array.from({ length: 3 }, () => aServer(untrusted)));
    const [open, right] = [await aServer(authority), await aServer(authority)];
    const outbound = anOutbound({ clock: { nowMs: () => nowMs } });
    expect(await reasonOf(outbound, aCall(open.url))).toBe('answered 204');
    for (let n = 0; n < failedMax; n += 1) {
      expect(await reasonOf(outbound, aCall((hosts[n % 3] as { url: string }).url))).toBe('tls');
    }
    const connections = () => hosts.reduce((sum, host) => sum + host.connections(), 0);
    expect(connections()).toBe(failedMax);
    for (const { url } of [...hosts, right]) {
      const result = await outbound.postSigned(aCall(url, { isPastCircuit: false }));
      expect(result).toMatchObject({ kind: 'failed', reason: 'over_limit', because: 'tls' });
      expect(result.kind === 'failed' && result.retryAfterMs).toBeGreaterThan(minuteMs - 10_000);
    }
    expect([connections(), right.connections()]).toEqual([failedMax, 0]);
    // What is open stays in use, others have nothing to do with it, and no circuit hears of it.
    expect(await reasonOf(outbound, aCall(open.url))).toBe('answered 204');
    expect(await reasonOf(outbound, aCall(right.url, { issuerId: 'other' }))).toBe('answered 204');
    expect(outbound.breakerStates().filter(({ calls, state }) => calls > 0 || state !== 'closed')).toEqual([]);
    nowMs += minuteMs;
    expect(await reasonOf(outbound, aCall(right.url))).toBe('answered 204');
    expect(await reasonOf(outbound, aCall((hosts[0] as { url: string }).url))).toBe('tls');
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('are few more where all are begun at once, over %s', async (version) => {
    const { url } = await aServer({ ...untrusted, minVersion: version, maxVersion: version });
    const outbound = anOutbound();
    const call = aCall(url, { callsAtOnce: async () => 200 });
    const results = await Promise.all(Array.from({ length: 100 }, () => reasonOf(outbound, call)));
    const looked = given.filter((one) => one.bytes() > 0).length;
    expect([looked >= failedMax, looked < failedMax + 8]).toEqual([true, true]);
    expect(results.filter((reason) => reason === 'over_limit')).toHaveLength(100 - looked);
  });

  test('count where a server stops in the middle of one, not where it says nothing', async () => {
    let says = '';
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      if (says) socket.write(says);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(done));
    });
    const outbound = anOutbound({ connectLimitMs: 300 });
    const call = aCall(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const someOf = async (calls: number) =>
      new Set(await Promise.all(Array.from({ length: calls }, () => reasonOf(outbound, call))));
    expect(await someOf(failedMax + 1)).toEqual(new Set(['timeout']));
    // The head of a record.
    says = '\u0016\u0003\u0003\u0040\u0000';
    for (let n = 0; n < failedMax; n += 5) expect(await someOf(5)).toEqual(new Set(['timeout']));
    expect(await someOf(1)).toEqual(new Set(['over_limit']));
  });

  test('at webhook terminals hold up no callback of their issuer', async () => {
    const [wrong, right] = [await aServer(untrusted), await aServer(authority)];
    const outbound = anOutbound();
    const toTerminal = { slotKey: 'terminals:acme' };
    for (let n = 0; n < failedMax; n += 1) expect(await reasonOf(outbound, aCall(wrong.url, toTerminal))).toBe('tls');
    expect(await reasonOf(outbound, aCall(right.url, toTerminal))).toBe('over_limit');
    expect(await reasonOf(outbound, aCall(right.url))).toBe('answered 204');
  });

  test('of test issuers have an account together, too, which holds up those of whom one failed', async () => {
    const { url } = await aServer(untrusted);
    const right = await aServer(authority);
    const outbound = anOutbound();
    const tests = Array.from({ length: 4 }, (_, n) => `test-${String(n).repeat(20)}`);
    for (const issuerId of tests.slice(0, 3)) {
      for (let n = 0; n < failedMax; n += 1) expect(await reasonOf(outbound, aCall(url, { issuerId }))).toBe('tls');
    }
    const another = { issuerId: tests[3] as string };
    expect(await reasonOf(outbound, aCall(right.url, another))).toBe('answered 204');
    expect(await reasonOf(outbound, aCall(url, another))).toBe('tls');
    expect(await reasonOf(outbound, aCall(url, another))).toBe('over_limit');
    expect(await reasonOf(outbound, aCall(right.url))).toBe('answered 204');
  });
});

test('a server that asks whoever comes for a certificate may name all public authorities, whether it is shown one or not', async () => {
  const names = manyAuthorities(140);
  const { url } = await aServer({ ...authority, requestCert: true, rejectUnauthorized: false, ca: names });
  const { cert: certificate, key } = authority;
  expect(await reasonOf(anOutbound(), aCall(url))).toBe('answered 204');
  expect(await reasonOf(anOutbound(), aCall(url, { own: { certificate, key } }))).toBe('answered 204');
  expect(given.map((one) => one.bytes() > 16 * 1024)).toEqual([true, true]);
});

test('an idle connection holds no process, one in use does', async () => {
  const { port, url } = await aServer(authority);
  const outbound = anOutbound();
  const calls = (['ref', 'unref'] as const).map((name) => jest.spyOn(Socket.prototype, name));
  const reached = () =>
    calls.map(
      ({ mock }) => mock.contexts.filter((one) => !(one instanceof tls.TLSSocket) && one.remotePort === port).length,
    );
  for (const expected of [
    [0, 1],
    [1, 2],
  ]) {
    expect(await reasonOf(outbound, aCall(url))).toBe('answered 204');
    await new Promise(setImmediate);
    expect(reached()).toEqual(expected);
  }
});

test('at no moment is an error of a connection one that nobody listens to', async () => {
  const plain = createPlainServer((_request, response) => response.writeHead(204).end());
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  closers.push(() => new Promise((done) => plain.close(done)));
  const { url } = await aServer(authority);
  const least: number[] = [];
  const watched = <T extends Socket>(socket: T): T => {
    socket.on('removeListener', (name) => name === 'error' && least.push(socket.listenerCount('error')));
    return socket;
  };
  const startTcp = net.connect;
  jest.spyOn(net, 'connect').mockImplementation(((...of: [NetConnectOpts]) => watched(startTcp(...of))) as never);
  jest
    .spyOn(tls, 'connect')
    .mockImplementation(((...of: [tls.ConnectionOptions]) => watched(startTls(...of))) as never);
  const outbound = anOutbound();
  for (const one of [url, `http://127.0.0.1:${(plain.address() as AddressInfo).port}/`]) {
    least.length = 0;
    expect(await reasonOf(outbound, aCall(one))).toBe('answered 204');
    await new Promise(setImmediate);
    expect(least.length).toBeGreaterThan(1);
    expect(Math.min(...least)).toBeGreaterThan(0);
  }
});

test('after the handshake TLS is given little of which no answer comes', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => undefined).write(Buffer.alloc(1_000_000)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise((done) => server.close(done)));
  const seenOf = async (clearBytes: (seen: number) => number) => {
    let seen = 0;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const gate = new HandshakeGate(socket, (letIn) => letIn());
    gate.open(() => clearBytes(seen));
    gate
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        seen += chunk.length;
        if (seen === 1_000_000) gate.destroy();
      });
    await new Promise((done) => gate.on('close', done));
    return seen;
  };
  expect(await seenOf(() => 0)).toBeLessThanOrEqual(160 * 1024);
  expect(await seenOf((seen) => seen / 2)).toBe(1_000_000);
});

describe('through EGRESS_PROXY', () => {
  const { bytes: _, ...chain } = untrustedSlowChain(70);

  test('a tunnel shows TLS no more of a long chain', async () => {
    const there = await aServer(chain);
    const proxy = createPlainServer();
    proxy.on('connect', (_request: IncomingMessage, client: Socket) => {
      const onward = connect(there.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(onward).pipe(client);
      });
      for (const socket of [client, onward]) socket.on('error', () => undefined);
      client.on('close', () => onward.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    closers.push(() => new Promise((done) => proxy.close(done)));
    const egressProxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    expect(await reasonOf(anOutbound({ egressProxyUrl }), aCall('https://8.8.8.8/'))).toBe('tls');
    expect(given.map((one) => one.bytes() <= limitBytes)).toEqual([true]);
  });

  test('neither does the proxy itself', async () => {
    const { url } = await aServer(chain);
    expect(await reasonOf(anOutbound({ egressProxyUrl: url }), aCall('https://8.8.8.8/'))).toBe('proxy');
    await until('it is given up', async () => given.length > 0);
    expect(given.map((one) => one.bytes() <= limitBytes)).toEqual([true]);
  });
});
