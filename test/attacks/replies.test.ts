import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { someAtOnce } from '../../src/bounded/some-at-once';
import { createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound } from '../../src/outbound/client';
import { often } from '../support/long-form';
import { type Attack, createAttack } from './attack';

const tries = often(300, 10_000);
const atOnce = 20;
const answerLimitBytes = 32 * 1024;
/** Of a call; an attacker keeps many of them waiting for the whole of it. */
const timeLimitMs = 1_000;

const bomb = gzipSync(Buffer.alloc(4_000_000));
const statusLines = [
  'HTTP/1.1 200 OK',
  'HTTP/1.1 200 OK',
  'HTTP/1.1 204 No Content',
  'HTTP/1.1 302 Found',
  'HTTP/1.1 500 x',
  'HTTP/1.1 999',
  'HTTP/1.1 000 x',
  'HTTP/1.1 20',
  'HTTP/1.1 2000 OK',
  'HTTP/2 200',
  'HTTP/1.0 200',
  'ICY 200 OK',
  '',
  '\u0000',
  'HTTP/1.1 100 Continue',
  'HTTP/1.1 101 Switching Protocols',
  'HTTP/1.1 103 Early Hints',
  '{"status":"issued"}',
];
const heads = [
  'content-length: 3',
  'content-length: 0',
  'content-length: 9999999999',
  'content-length: -1',
  'content-length: 3\r\ncontent-length: 4',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, chunked',
  'transfer-encoding: gzip',
  'content-encoding: gzip',
  'content-encoding: gzip, gzip',
  'content-encoding: deflate',
  'content-encoding: br',
  'content-encoding: x',
  'location: http://169.254.169.254/',
  'connection: close',
  'retry-after: 99999999999',
  'retry-after: -1',
  'retry-after: x',
  `x: ${'y'.repeat(20_000)}`,
  'x: \u0000',
  'no colon',
  ' folded',
  `set-cookie: ${'z'.repeat(3_000)}`,
  'content-type: text/html',
];
const bodies: readonly (Buffer | string)[] = [
  '',
  'abc',
  '{"status":"issued"}',
  '3\r\nabc\r\n0\r\n\r\n',
  'ffffffff\r\n',
  '-1\r\n',
  'zz\r\n',
  `3;${'e'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
  '1\r\na\r\n'.repeat(2_000),
  bomb,
  gzipSync('{}'),
  deflateSync('{}'),
  gzipSync('{}').subarray(0, 12),
  Buffer.alloc(300_000, 0x61),
  'HTTP/1.1 200 OK\r\n\r\n'.repeat(50),
];

const replyOf = ({ below, pick }: Attack): Buffer => {
  const before =
    below(6) === 0
      ? `${pick(['HTTP/1.1 100 Continue', 'HTTP/1.1 103 Early Hints'])}\r\n\r\n`.repeat(1 + below(200))
      : '';
  const lines = Array.from({ length: below(4) }, () => pick(heads));
  const end = below(10) === 0 ? '\n' : '\r\n';
  const head = `${before}${[pick(statusLines), ...lines].join(end)}${end}${end}`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(pick(bodies))]);
};

test('whatever a server answers, a call ends within its time, keeps no more than its limit and is of a known outcome', async () => {
  const attack = createAttack('replies of servers');
  const replies = new Map<string, Buffer>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', (asked) => {
      const reply = replies.get(/\/(\d+) /.exec(asked.toString('latin1'))?.[1] ?? '') ?? Buffer.alloc(0);
      const isHeldOpen = reply.length % 4 === 0;
      if (isHeldOpen) socket.write(reply);
      else socket.end(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const guard = createAddressGuard({ allowCidrs: ['127.0.0.0/8'] });
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now } });

  const tryOne = async (_none: unknown, n: number): Promise<void> => {
    const reply = replyOf(attack);
    replies.set(String(n), reply);
    // An issuer of its own each: what fails ten times is called no more.
    const url = `http://127.0.0.1:${port}/${n}`;
    const call = { issuerId: `issuer-${n}`, url, body: Buffer.from('{}'), headers: {}, timeLimitMs, answerLimitBytes };
    const result = await outbound.postSigned(call);
    replies.delete(String(n));
    if (result.kind === 'failed') attack.note(result.reason);
    else {
      const isKept = result.body.length > answerLimitBytes;
      attack.note(`answered ${result.status}`, isKept ? reply.toString('latin1', 0, 500) : undefined);
    }
  };
  await someAtOnce(atOnce, Array.from({ length: tries }), tryOne);
  await outbound.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((closed) => server.close(closed));
  expect(attack.end()).toEqual([]);
  expect(attack.count('answered 200')).toBeGreaterThan(0);
  expect(attack.count('answer_malformed')).toBeGreaterThan(0);
});
