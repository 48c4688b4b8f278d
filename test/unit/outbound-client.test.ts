import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type AddressGuard, createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound, type Outbound, type OutboundOptions, type SignedCall } from '../../src/outbound/client';
import { signedHeaders } from '../../src/outbound/signed-headers';
import { newSecret } from '../../src/signing/keys';
import { verifySignature } from '../../src/signing/verify';
import { until } from '../support/until';

const clock = { nowMs: Date.now };
const loopback = createAddressGuard({
  allowCidrs: ['127.0.0.0/8'],
  sandboxAllowCidrs: ['127.0.0.0/8'],
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
});
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const anOutbound = (options: Partial<OutboundOptions> = {}): Outbound => {
  const outbound = createOutbound({ guard: loopback, clock, ...options });
  closers.push(outbound.close);
  return outbound;
};

const listen = async (server: Server | TcpServer): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const anHttpServer = async (answer: RequestListener) => {
  const requests: IncomingMessage[] = [];
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => sockets.push(socket));
  const port = await listen(server);
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return { url: `http://127.0.0.1:${port}/callbacks`, port, requests, sockets, server };
};

const aTcpServer = async (onConnection: (socket: Socket) => void) => {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  const port = await listen(server);
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return { port, sockets, server };
};

const aCall = (url: string, call: Partial<SignedCall> = {}): SignedCall => ({
  issuerId: 'acme',
  url,
  body: Buffer.from('{"type":"order.paid"}'),
  headers: { 'content-type': 'application/json' },
  answerLimitBytes: 64 * 1024,
  ...call,
});

const reasonOf = async (outbound: Outbound, call: SignedCall) => {
  const result = await outbound.postSigned(call);
  return result.kind === 'failed' ? result.reason : `answered ${result.status}`;
};

describe('an answer', () => {
  test('arrives with status, body and Retry-After; the request carries its signed bytes unchanged', async () => {
    const received: Buffer[] = [];
    const server = await anHttpServer(async (request, response) => {
      for await (const chunk of request) received.push(chunk as Buffer);
      response.writeHead(429, { 'retry-after': '7', 'x-other': 'left out' }).end('later');
    });
    const [oldSecret, secret] = [newSecret(), newSecret()];
    const body = Buffer.from('{"name":"Kaffee ☕"}');
    const nowMs = clock.nowMs();
    const headers = signedHeaders({ id: 'cf_1', nowMs, body, secrets: [oldSecret, secret] });
    const result = await anOutbound().postSigned(aCall(`${server.url}?a=1#part`, { body, headers }));
    expect(result).toMatchObject({ kind: 'answered', status: 429, headers: { 'retry-after': '7' }, truncated: false });
    // Only what a 2xx says is ever read.
    expect(result.kind === 'answered' && result.body.toString()).toBe('');
    expect(result.kind === 'answered' && Object.keys(result.headers)).toEqual(['retry-after']);
    const request = server.requests[0];
    expect(request).toMatchObject({ method: 'POST', url: '/callbacks?a=1' });
    expect(request?.headers['accept-encoding']).toBe('identity');
    expect(request?.headers.host).toBe(`127.0.0.1:${server.port}`);
    for (const live of [oldSecret, secret]) {
      const given = {
        id: request?.headers['webhook-id'] as string,
        timestamp: request?.headers['webhook-timestamp'] as string,
        signature: request?.headers['webhook-signature'] as string,
      };
      const keys = { secrets: [live] };
      expect(verifySignature({ headers: given, body: Buffer.concat(received), keys, nowMs })).toMatchObject({
        ok: true,
      });
    }
  });

  test('that redirects is an answer; the other place is never called', async () => {
    const other = await anHttpServer((_request, response) => response.end());
    const server = await anHttpServer((_request, response) => response.writeHead(307, { location: other.url }).end());
    expect(await reasonOf(anOutbound(), aCall(server.url))).toBe('answered 307');
    expect(other.requests).toHaveLength(0);
  });

  test('with informational answers before it is the last one', async () => {
    const server = await anHttpServer((_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.end('done');
    });
    expect(await anOutbound().postSigned(aCall(server.url))).toMatchObject({ status: 200, body: Buffer.from('done') });
  });

  test('as long as the limit is whole; one byte more is cut, still judged by its status, and the rest is not read', async () => {
    const outbound = anOutbound();
    const server = await anHttpServer((request, response) => {
      response.write(Buffer.alloc(1000, 'a'));
      if (request.url === '/whole') response.end();
      else response.write('b');
    });
    const limit = { answerLimitBytes: 1000 };
    const whole = await outbound.postSigned(aCall(`http://127.0.0.1:${server.port}/whole`, limit));
    expect(whole).toMatchObject({ status: 200, truncated: false, body: Buffer.alloc(1000, 'a') });
    const cut = await outbound.postSigned(aCall(`http://127.0.0.1:${server.port}/endless`, limit));
    expect(cut).toMatchObject({ status: 200, truncated: true, body: Buffer.alloc(1000, 'a') });
    const last = server.sockets.at(-1) as Socket;
    if (!last.destroyed) await once(last, 'close');
  });

  test('lets the connection be used again', async () => {
    const outbound = anOutbound();
    const server = await anHttpServer((_request, response) => response.end('{}'));
    for (let index = 0; index < 3; index += 1) {
      await outbound.postSigned(aCall(server.url));
      // The pool takes a connection back one turn of the loop after its answer.
      await setImmediate();
    }
    expect(server.requests).toHaveLength(3);
    expect(server.sockets).toHaveLength(1);
  });
});

const head = (lines = ''): string => `HTTP/1.1 200 OK\r\n${lines}\r\n`;

describe('a 2xx status line is the answer at that moment', () => {
  test.each<[string, (socket: Socket) => void]>([
    [
      'an endless body',
      (socket) => {
        socket.write(head('transfer-encoding: chunked\r\n'));
        const flood = setInterval(() => socket.write(`2000\r\n${'a'.repeat(0x2000)}\r\n`), 1);
        socket.on('close', () => clearInterval(flood));
      },
    ],
    ['a body that never comes', (socket) => socket.write(head('content-length: 10\r\n'))],
    ['a body cut short', (socket) => socket.end(`${head('content-length: 10\r\n')}abc`)],
    ['a head cut short', (socket) => socket.end('HTTP/1.1 200 OK\r\n')],
    ['a head without end', (socket) => socket.write('HTTP/1.1 200 OK\r\nx: ')],
    ['a head of 200 KB', (socket) => socket.write(head(`x: ${'a'.repeat(200_000)}\r\n`))],
    ['20 KB of headers', (socket) => socket.write(head(`x: ${'a'.repeat(20_000)}\r\ncontent-length: 0\r\n`))],
    ['broken framing', (socket) => socket.write(head('content-length: 1\r\ncontent-length: 2\r\n'))],
    [
      'a broken compressed body',
      (socket) => socket.write(`${head('content-encoding: gzip\r\ncontent-length: 3\r\n')}abc`),
    ],
    ['100 before it', (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${head('content-length: 0\r\n')}`)],
    [
      'a line that comes in two parts',
      (socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 2');
        setTimeout(() => socket.write('04 No Content\r\n\r\n'), 20);
      },
    ],
  ])('%s', async (_name, answer) => {
    const server = await aTcpServer((socket) => socket.once('data', () => answer(socket)));
    const result = await anOutbound().postSigned(
      // Longer than a test may take: what waited for the rest of the answer would be red.
      aCall(`http://127.0.0.1:${server.port}/`, { answerLimitBytes: undefined, timeLimitMs: 600_000 }),
    );
    expect(result).toMatchObject({ kind: 'answered', truncated: false });
    expect(result.kind === 'answered' && result.status).toBeGreaterThanOrEqual(200);
    expect(result.kind === 'answered' && result.status).toBeLessThan(300);
  });

  test('its connection is ended where more of it comes than is worth reading, and used again where it ends', async () => {
    const outbound = anOutbound();
    const server = await anHttpServer((request, response) => {
      if (request.url === '/large') response.end(Buffer.alloc(1_000_000));
      else response.end('thanks');
    });
    const call = aCall(server.url, { answerLimitBytes: undefined });
    await outbound.postSigned(call);
    await once(server.server, 'request', { signal: AbortSignal.timeout(50) }).catch(() => undefined);
    await outbound.postSigned(call);
    expect(server.sockets).toHaveLength(1);
    await outbound.postSigned({ ...call, url: `http://127.0.0.1:${server.port}/large` });
    const [socket] = server.sockets as [Socket];
    if (!socket.destroyed) await new Promise((closed) => socket.once('close', closed));
  });

  test('with a limit the body is read, compressed too, to as many decoded bytes; 202 is not waited for', async () => {
    const outbound = anOutbound();
    const text = '{"status":"issued"}';
    const bodies: Record<string, Buffer> = {
      '/plain': Buffer.from(text),
      '/gzip': gzipSync(text),
      '/bomb': gzipSync(Buffer.alloc(10_000_000)),
      '/empty-members': Buffer.concat(Array.from({ length: 5_000 }, () => gzipSync(''))),
      '/half': gzipSync(text).subarray(0, 20),
    };
    const server = await anHttpServer((request, response) => {
      if (request.url === '/202') response.writeHead(202).write('never ends');
      else {
        if (request.url !== '/plain') response.setHeader('content-encoding', 'gzip');
        response.end(bodies[request.url ?? '']);
      }
    });
    const read = (path: string) =>
      outbound.postSigned(aCall(`http://127.0.0.1:${server.port}${path}`, { answerLimitBytes: 50_000 }));
    for (const path of ['/plain', '/gzip']) {
      expect(await read(path)).toMatchObject({ status: 200, body: Buffer.from(text), truncated: false });
    }
    const bomb = await read('/bomb');
    expect(bomb).toMatchObject({ status: 200, truncated: true });
    expect(bomb.kind === 'answered' && bomb.body).toHaveLength(50_000);
    for (const path of ['/empty-members', '/half']) {
      expect(await read(path)).toMatchObject({ status: 200, truncated: true });
    }
    const accepted = await read('/202');
    expect(accepted).toMatchObject({ status: 202, truncated: false });
  });
});

test('an answer in pieces of one byte costs no more pieces than its limit is worth, and keeps no more bytes', async () => {
  const bytes = '1\r\na\r\n'.repeat(10_000);
  let isTaken = false;
  const server = await aTcpServer((socket) =>
    socket.once('data', () => {
      socket.write(head('transfer-encoding: chunked\r\n'));
      const send = () => socket.write(bytes, () => socket.destroyed || send());
      send();
      socket.on('close', () => {
        isTaken = true;
      });
    }),
  );
  const outbound = anOutbound();
  const call = aCall(`http://127.0.0.1:${server.port}/`, { answerLimitBytes: 1024 * 1024, timeLimitMs: 600_000 });
  const read = await outbound.postSigned(call);
  expect(read).toMatchObject({ status: 200, truncated: true });
  const { body } = read as { body: Buffer };
  expect(body.length).toBeLessThan(20_000);
  await until('the end of the connection', () => isTaken);
});

test('no more informational answers are read than any head may have bytes', async () => {
  const many = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2_000);
  const server = await aTcpServer((socket) =>
    socket.once('data', () => {
      const send = () => socket.write(many, () => socket.destroyed || send());
      send();
    }),
  );
  const call = aCall(`http://127.0.0.1:${server.port}/`, { timeLimitMs: 600_000 });
  expect(await reasonOf(anOutbound(), call)).toBe('answer_too_large');
});

describe('a connection that is used again and is reset before a byte of answer', () => {
  /** Answers the first request of each connection; a second one finds it closed. */
  const aServerThatForgets = () =>
    aTcpServer((socket) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (requests > 1) socket.resetAndDestroy();
        else socket.write(head('content-length: 0\r\n'));
      });
    });

  test('is no try: the request goes out once more at once, on a new one, and nothing is counted', async () => {
    const outbound = anOutbound();
    const server = await aServerThatForgets();
    const call = aCall(`http://127.0.0.1:${server.port}/`);
    for (let n = 0; n < 4; n += 1) {
      expect(await reasonOf(outbound, call)).toBe('answered 200');
      await setImmediate();
    }
    expect(server.sockets.length).toBeGreaterThanOrEqual(3);
    expect(outbound.breakerStates()).toMatchObject([{ calls: 4, failures: 0 }]);
  });

  test('a new one that is reset too is a failed try', async () => {
    const outbound = anOutbound();
    let connections = 0;
    const server = await aTcpServer((socket) => {
      connections += 1;
      const isFirst = connections === 1;
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (isFirst && requests === 1) socket.write(head('content-length: 0\r\n'));
        else socket.resetAndDestroy();
      });
    });
    const call = aCall(`http://127.0.0.1:${server.port}/`);
    expect(await reasonOf(outbound, call)).toBe('answered 200');
    await setImmediate();
    expect(await reasonOf(outbound, call)).toBe('reset');
    expect(connections).toBe(2);
    expect(outbound.breakerStates()).toMatchObject([{ calls: 2, failures: 1 }]);
  });
});

describe('the time limit', () => {
  test('ends a call that is never answered, and its connection', async () => {
    const server = await anHttpServer(() => {});
    const result = await anOutbound().postSigned(aCall(server.url, { timeLimitMs: 100 }));
    expect(result).toMatchObject({ kind: 'failed', reason: 'timeout' });
    expect(result.tookMs).toBeGreaterThanOrEqual(95);
    const socket = server.sockets[0] as Socket;
    if (!socket.destroyed) await once(socket, 'close');
  });

  test.each(['head', 'body'])('ends a %s that comes byte by byte', async (part) => {
    const server = await aTcpServer((socket) => {
      if (part === 'body') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      else socket.write('HTTP/1.1 500 Oops\r\n');
      const drip = setInterval(() => socket.write('a'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    const result = await anOutbound().postSigned(aCall(`http://127.0.0.1:${server.port}/`, { timeLimitMs: 150 }));
    expect(result).toMatchObject({ kind: 'answered', status: part === 'body' ? 200 : 500, truncated: true });
    expect(result.tookMs).toBeGreaterThanOrEqual(145);
  });

  test('ends a call whose connection is still being made, and such a connection is not used later', async () => {
    const outbound = anOutbound();
    const server = await aTcpServer(() => {});
    const call = aCall(`https://127.0.0.1:${server.port}/`, { timeLimitMs: 100 });
    expect(await reasonOf(outbound, call)).toBe('timeout');
    await outbound.close();
    const socket = server.sockets[0] as Socket;
    socket.resume();
    if (!socket.destroyed) await once(socket, 'close');
  });

  test('a call that ended while its connection was being made is never sent afterwards', async () => {
    let release = () => {};
    const resolved = new Promise<void>((done) => {
      release = done;
    });
    const guard = createAddressGuard({
      allowCidrs: ['127.0.0.0/8'],
      resolve: async () => {
        await resolved;
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    const outbound = anOutbound({ guard });
    const server = await anHttpServer((_request, response) => response.end());
    const url = `http://late.test:${server.port}`;
    expect(await reasonOf(outbound, aCall(`${url}/first`, { timeLimitMs: 50 }))).toBe('timeout');
    release();
    expect(await reasonOf(outbound, aCall(`${url}/second`))).toBe('answered 200');
    expect(server.requests.map((request) => request.url)).toEqual(['/second']);
  });

  test('ends a call whose name is never resolved', async () => {
    const guard = createAddressGuard({ allowCidrs: ['127.0.0.0/8'], resolve: () => new Promise(() => {}) });
    expect(await reasonOf(anOutbound({ guard }), aCall('http://tarpit.test/', { timeLimitMs: 100 }))).toBe('timeout');
  });
});

describe('a call that fails', () => {
  test('names a refused connection', async () => {
    const server = await anHttpServer(() => {});
    await new Promise((done) => server.server.close(done));
    expect(await reasonOf(anOutbound(), aCall(server.url))).toBe('connection_refused');
  });

  test.each([
    ['reset', 'a connection closed before the answer', (socket: Socket) => socket.end()],
    ['reset', 'a connection reset before the answer', (socket: Socket) => socket.resetAndDestroy()],
    ['answer_malformed', 'an answer that is no HTTP', (socket: Socket) => socket.end('220 mail.example ESMTP\r\n')],
    [
      'reset',
      'another protocol',
      (socket: Socket) => socket.write('HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    [
      'answer_too_large',
      'a head without end that has no status yet',
      (socket: Socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nx: ${'a'.repeat(90_000)}\r\n\r\n`),
    ],
  ])('names %s: %s', async (reason, _name, onRequest) => {
    const server = await aTcpServer((socket) => socket.once('data', () => onRequest(socket)));
    expect(await reasonOf(anOutbound(), aCall(`http://127.0.0.1:${server.port}/`))).toBe(reason);
  });

  test('names a name that does not exist', async () => {
    const resolve = async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    const guard = createAddressGuard({ allowCidrs: ['127.0.0.0/8'], resolve });
    expect(await reasonOf(anOutbound({ guard }), aCall('http://unknown.test/'))).toBe('name_unresolved');
  });

  test.each(['ftp://127.0.0.1/', 'no url', 'http://user@127.0.0.1/'])(
    'names a URL that no call can go to: %s',
    async (url) => {
      expect(await reasonOf(anOutbound(), aCall(url))).toBe('url_invalid');
    },
  );

  test('throws on a fault of ours, which counts against nobody', async () => {
    const outbound = anOutbound();
    const server = await anHttpServer((_request, response) => response.end());
    const call = aCall(server.url, { headers: { 'bad header': 'x' } });
    await expect(outbound.postSigned(call)).rejects.toMatchObject({ code: 'ERR_INVALID_HTTP_TOKEN' });
    expect(outbound.breakerStates()).toMatchObject([{ calls: 0 }]);
    expect(await reasonOf(outbound, aCall(server.url))).toBe('answered 200');
  });
});

describe('the address guard', () => {
  const closed = createAddressGuard({
    allowCidrs: [],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });

  test.each(['http', 'https'])('no connection is made to a forbidden address over %s', async (scheme) => {
    const server = await aTcpServer(() => {});
    const outbound = anOutbound({ guard: closed });
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', 'rebound.test', '2130706433']) {
      expect(await reasonOf(outbound, aCall(`${scheme}://${host}:${server.port}/`))).toBe('address_forbidden');
    }
    expect(server.sockets).toHaveLength(0);
  });

  test.each(['http', 'https'])(
    'over %s the address that was really reached is judged before a byte is sent',
    async (scheme) => {
      const received: Buffer[] = [];
      const server = await aTcpServer((socket) => socket.on('data', (chunk) => received.push(chunk)));
      /** Looks names up like an honest guard, but they lead elsewhere by the time of the connection. */
      const guard: AddressGuard = { ...closed, of: () => ({ ...closed, lookupTo: loopback.lookupTo }) };
      expect(await reasonOf(anOutbound({ guard }), aCall(`${scheme}://rebound.test:${server.port}/`))).toBe(
        'address_forbidden',
      );
      const socket = server.sockets[0] ?? ((await once(server.server, 'connection'))[0] as Socket);
      if (!socket.closed) await once(socket, 'close');
      expect(received).toHaveLength(0);
    },
  );

  test('a connection that one issuer alone may have is used by no other', async () => {
    const server = await anHttpServer((_request, response) => response.end());
    const outbound = anOutbound({ guard: createAddressGuard({ allowCidrs: [`acme@127.0.0.1:${server.port}`] }) });
    expect(await reasonOf(outbound, { ...aCall(server.url), issuerId: 'acme' })).toBe('answered 200');
    expect(await reasonOf(outbound, { ...aCall(server.url), issuerId: 'other' })).toBe('address_forbidden');
    expect([server.requests.length, server.sockets.length]).toEqual([1, 1]);
  });

  test('without TLS only CALLBACK_ALLOW is reached, however public an address is', async () => {
    const guard: AddressGuard = { ...loopback, of: () => ({ ...loopback, allowsPlain: () => false }) };
    const server = await anHttpServer((_request, response) => response.end());
    expect(await reasonOf(anOutbound({ guard }), aCall(server.url))).toBe('address_forbidden');
    expect(server.sockets).toHaveLength(0);
  });
});

describe('limits of calls at once', () => {
  test('an issuer over its limit is told at once, another is not, and a slot comes back', async () => {
    const held: (() => void)[] = [];
    const server = await anHttpServer((request, response) => {
      if (request.url === '/slow') held.push(() => response.end());
      else response.end();
    });
    const outbound = anOutbound({ perIssuerLimit: 1 });
    const slow = outbound.postSigned(aCall(`http://127.0.0.1:${server.port}/slow`));
    expect(await reasonOf(outbound, aCall(server.url))).toBe('over_limit');
    expect(await reasonOf(outbound, aCall(server.url, { issuerId: 'other' }))).toBe('answered 200');
    if (held.length === 0) await once(server.server, 'request');
    held[0]?.();
    expect(await slow).toMatchObject({ status: 200 });
    expect(await reasonOf(outbound, aCall(server.url))).toBe('answered 200');
  });

  test('a limit that is given with the call is asked only while another one runs, and counts from that call on', async () => {
    const held: (() => void)[] = [];
    const server = await anHttpServer((_request, response) => held.push(() => response.end()));
    const outbound = anOutbound();
    let asked = 0;
    let limit = 1;
    const call = aCall(server.url, {
      callsAtOnce: async () => {
        asked += 1;
        return limit;
      },
    });
    const first = reasonOf(outbound, call);
    expect(asked).toBe(0);
    expect(await reasonOf(outbound, call)).toBe('over_limit');
    limit = 2;
    const second = reasonOf(outbound, call);
    while (held.length < 2) await once(server.server, 'request');
    expect(await reasonOf(outbound, call)).toBe('over_limit');
    expect([asked, outbound.throttled()]).toEqual([3, [{ key: 'acme', count: 2 }]]);
    for (const answer of held) answer();
    expect([await first, await second]).toEqual(['answered 200', 'answered 200']);
  });

  test('calls of a key of their own leave those of the issuer their slots', async () => {
    const held: (() => void)[] = [];
    const server = await anHttpServer((request, response) => {
      if (request.url === '/slow') held.push(() => response.end());
      else response.end();
    });
    const outbound = anOutbound({ perIssuerLimit: 1 });
    const slow = reasonOf(outbound, aCall(`http://127.0.0.1:${server.port}/slow`, { slotKey: 'terminals:acme' }));
    expect(await reasonOf(outbound, aCall(server.url, { slotKey: 'terminals:acme' }))).toBe('over_limit');
    expect(await reasonOf(outbound, aCall(server.url))).toBe('answered 200');
    if (held.length === 0) await once(server.server, 'request');
    held[0]?.();
    expect(await slow).toBe('answered 200');
  });

  test('test issuers together take none of the slots of others', async () => {
    const server = await anHttpServer((request, response) => request.url === '/held' || response.end());
    const outbound = anOutbound({ totalLimit: 4 });
    const [one, other] = [`test-${'0'.repeat(20)}`, `test-${'1'.repeat(20)}`] as const;
    const held = outbound.postSigned(
      aCall(`http://127.0.0.1:${server.port}/held`, { issuerId: one, timeLimitMs: 2_000 }),
    );
    expect(await reasonOf(outbound, { ...aCall(server.url), issuerId: other })).toBe('over_limit');
    expect(await reasonOf(outbound, aCall(server.url))).toBe('answered 200');
    await outbound.close();
    await held;
  });

  test('a limit holds over all issuers', async () => {
    const server = await anHttpServer(() => {});
    const outbound = anOutbound({ totalLimit: 1 });
    const first = reasonOf(outbound, aCall(server.url, { timeLimitMs: 100 }));
    expect(await reasonOf(outbound, aCall(server.url, { issuerId: 'other' }))).toBe('over_limit');
    expect(await first).toBe('timeout');
  });
});

describe('the breaker', () => {
  test('ten failures of any kind spare an issuer further calls; its terminals are judged apart', async () => {
    const outbound = anOutbound();
    const server = await anHttpServer((request, response) => {
      response.writeHead(request.url === '/fine' ? 204 : 410).end();
    });
    for (let index = 0; index < 10; index += 1) await outbound.postSigned(aCall(server.url));
    const refused = await outbound.postSigned(aCall(server.url));
    expect(refused).toMatchObject({ kind: 'failed', reason: 'breaker_open' });
    expect(refused.kind === 'failed' && refused.retryAfterMs).toBeGreaterThan(25_000);
    expect(server.requests).toHaveLength(10);
    const terminal = aCall(`http://127.0.0.1:${server.port}/fine`, { breakerKey: 'terminal/127.0.0.1' });
    expect(await reasonOf(outbound, terminal)).toBe('answered 204');
    expect(outbound.breakerStates()).toMatchObject([
      { key: 'acme', state: 'open', failures: 10 },
      { key: 'terminal/127.0.0.1', state: 'closed', failures: 0 },
    ]);
  });

  test('ten addresses at a host that cannot be reached cost ten connects in all; one answer ends that', async () => {
    let nowMs = Date.now();
    let isDown = true;
    const looked: string[] = [];
    const guard = createAddressGuard({
      allowCidrs: ['127.0.0.0/8'],
      resolve: async (name) => {
        looked.push(name);
        if (isDown && name === 'down.test') throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    const outbound = anOutbound({ guard, clock: { nowMs: () => nowMs } });
    const server = await anHttpServer((request, response) => {
      response.writeHead(request.url === '/wrong' ? 404 : 204).end();
    });
    const at = (path: string, host = 'down.test', port = server.port) =>
      reasonOf(outbound, aCall(`http://${host}:${port}/${path}`, { breakerKey: `terminal:${host}:${path}` }));
    const round = async () => {
      const reasons = [];
      for (let n = 0; n < 10; n += 1) reasons.push(await at(`${n}`));
      return [...new Set(reasons)];
    };

    expect(await round()).toEqual(['name_unresolved']);
    expect([await round(), await round()]).toEqual([['breaker_open'], ['breaker_open']]);
    expect(looked).toHaveLength(10);
    const open = outbound.breakerStates().filter(({ state }) => state === 'open');
    expect(open).toMatchObject([{ key: `host:http://down.test:${server.port}`, calls: 10, failures: 10 }]);
    expect(outbound.openedWithin(60_000)).toEqual([open[0]?.key]);
    const other = await aTcpServer(() => {});
    expect([await at('1', 'other.test'), await at('1', 'down.test', other.port)]).toEqual([
      'answered 204',
      'name_unresolved',
    ]);

    nowMs += 30_000;
    expect(await round()).toEqual(['name_unresolved', 'breaker_open']);
    isDown = false;
    nowMs += 30_000;
    expect([await at('wrong'), ...(await round())]).toEqual(['answered 404', 'answered 204']);
  });

  test('an issuer whose own names are slow opens no circuit of a host that others call, too', async () => {
    const guard = createAddressGuard({
      allowCidrs: ['127.0.0.0/8'],
      resolve: async (name) =>
        name.startsWith('slow') ? new Promise(() => undefined) : [{ address: '127.0.0.1', family: 4 }],
    });
    const outbound = anOutbound({ guard, connectLimitMs: 50 });
    const server = await anHttpServer((_request, response) => response.end());
    const at = (host: string, issuerId: string) =>
      reasonOf(outbound, {
        ...aCall(`http://${host}:${server.port}/`, { breakerKey: `${issuerId} ${Math.random()}` }),
        issuerId,
      });
    for (const name of ['slow1.test', 'slow2.test']) expect(await at(name, 'acme')).toBe('timeout');
    for (let n = 0; n < 12; n += 1) expect(await at('shared.test', 'acme')).toBe('timeout');
    expect(await at('shared.test', 'other')).toBe('answered 200');
  });

  test('what one address of a host answers, or does not answer, never spares its host a call to another one', async () => {
    const server = await anHttpServer((request, response) => {
      if (request.url === '/reset') request.socket.destroy();
      else if (request.url !== '/silent') response.writeHead(request.url === '/fine' ? 204 : 500).end();
    });
    const outbound = anOutbound();
    const at = (path: string, n: number) =>
      reasonOf(
        outbound,
        aCall(`http://127.0.0.1:${server.port}/${path}`, {
          breakerKey: `${path}${n}`,
          ...(path === 'silent' ? { timeLimitMs: 100 } : {}),
        }),
      );
    for (const path of ['reset', 'silent', 'wrong']) {
      await Promise.all(Array.from({ length: 12 }, (_, n) => at(path, n)));
      expect(await at('fine', 0)).toBe('answered 204');
    }
  });

  test('one address that cannot be reached has a circuit of its own; none is opened for its host', async () => {
    const outbound = anOutbound();
    const gone = await aTcpServer(() => {});
    await new Promise((done) => gone.server.close(done));
    const call = aCall(`http://127.0.0.1:${gone.port}/`);
    for (let n = 0; n < 10; n += 1) expect(await reasonOf(outbound, call)).toBe('connection_refused');
    expect(await reasonOf(outbound, call)).toBe('breaker_open');
    expect(outbound.openedWithin(60_000)).toEqual(['acme']);
  });
});

describe("the caller's stop", () => {
  test('ends a running call with an AbortError that counts against nobody', async () => {
    const outbound = anOutbound();
    const server = await anHttpServer(() => {});
    const stop = new AbortController();
    const running = outbound.postSigned(aCall(server.url, { signal: stop.signal }));
    await once(server.server, 'request');
    stop.abort(new Error('the worker drains'));
    await expect(running).rejects.toMatchObject({ name: 'AbortError', cause: stop.signal.reason });
    const socket = server.sockets[0] as Socket;
    if (!socket.destroyed) await once(socket, 'close');
    expect(outbound.breakerStates()).toMatchObject([{ key: 'acme', calls: 0, failures: 0 }]);
  });

  test('before the call sends nothing', async () => {
    const server = await anHttpServer((_request, response) => response.end());
    const call = anOutbound().postSigned(aCall(server.url, { signal: AbortSignal.abort() }));
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.sockets).toHaveLength(0);
  });
});
