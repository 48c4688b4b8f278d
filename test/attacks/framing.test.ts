import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { someAtOnce } from '../../src/bounded/some-at-once';
import { often } from '../support/long-form';
import { platformOfFile } from '../support/platform-of-file';
import { type Attack, createAttack, isFault } from './attack';

const file = platformOfFile({ worker: false });
const tries = often(600, 20_000);
const atOnce = 20;
/** An answer is there long before; what is never answered is given up. */
const answerLimitMs = 2_000;
const hiddenPath = '/hidden-in-a-body';

const targets = [
  '/healthz',
  '/v1/keys',
  '/v1/issuers/acme/orders',
  '/p/x',
  '*',
  '//',
  '/../..',
  '/%00',
  'http://other.example/healthz',
  'other.example:443',
  '',
  '/a b',
  `/${'x'.repeat(20_000)}`,
];
const methods = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'get', 'PRI', 'G\u0000T', ''];
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1', ''];
const ends = ['\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\n\r'];
const heads: readonly string[] = [
  ...[
    'content-length: 5',
    'content-length: 0',
    'content-length: -1',
    'content-length: +5',
    'content-length: 5, 5',
    'content-length: 5, 6',
    'content-length: 0x5',
    'content-length: 99999999999999999999',
    'content-length : 5',
    'content-length:\t5',
  ],
  ...[
    'transfer-encoding: chunked',
    'transfer-encoding: chunked, identity',
    'transfer-encoding: identity',
    'transfer-encoding: xchunked',
    'transfer-encoding:\u000bchunked',
    'transfer-encoding : chunked',
    'transfer-encoding: gzip, chunked',
    'transfer-encoding: chunked, chunked',
    'Transfer-Encoding\u0000: chunked',
  ],
  ...[
    'expect: 100-continue',
    'expect: 200-ok',
    'connection: keep-alive, content-length',
    'connection: upgrade',
    'upgrade: h2c',
    'upgrade: websocket',
    'http2-settings: AAMAAABkAARAAAAAAAIAAAAA',
  ],
  ...[
    'host: other.example',
    'host: a, b',
    'host: a b',
    'x: \u0000',
    'x: a\r b',
    ' x: folded',
    ': no-name',
    'no colon',
    'x y: z',
    `x: ${'y'.repeat(17_000)}`,
    'cookie: a=b; a=c',
    'authorization: Bearer',
    'x-forwarded-for: 127.0.0.1',
    'content-type: application/json',
  ],
];
const hidden = `GET ${hiddenPath} HTTP/1.1\r\nhost: x\r\n\r\n`;
const bodies: readonly string[] = [
  ...[
    '',
    'hello',
    '{}',
    hidden,
    `0\r\n\r\n${hidden}`,
    '5\r\nhello\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\nx: y\r\n\r\n',
    '5\nhello\n0\n\n',
    '-1\r\nx\r\n',
    'ffffffffffffffff\r\n',
    'zz\r\n',
    '5 \r\nhello\r\n0\r\n\r\n',
    `3\r\nabc\r\n0\r\n\r\n${hidden}`,
  ],
  ...['\u0000'.repeat(100), 'x'.repeat(5_000), `1;${'e'.repeat(20_000)}\r\na\r\n0\r\n\r\n`],
];

/** One to three things are wrong with what is otherwise a right request. */
const requestOf = ({ below, pick }: Attack): string => {
  const oneIn = <T>(times: number, wrong: readonly T[], right: T): T => (below(times) === 0 ? pick(wrong) : right);
  const end = oneIn(8, ends, '\r\n');
  const line = [
    oneIn(5, methods, 'POST'),
    oneIn(5, targets, '/v1/issuers/acme/orders'),
    oneIn(8, versions, 'HTTP/1.1'),
  ];
  const host = oneIn(10, [[]], ['host: platform.example']);
  const lines = Array.from({ length: 1 + below(3) }, () => pick(heads));
  return `${[line.join(oneIn(12, ['\t', '  '], ' ')), ...host, ...lines].join(end)}${end}${end}${pick(bodies)}`;
};

/** Two readers may end its body at two places: what one takes for the body is another's next request. */
const isAmbiguous = (raw: string): boolean => {
  const head = raw.split(/\r?\n\r?\n/)[0] ?? '';
  return /^transfer-encoding/im.test(head) && /^content-length/im.test(head);
};

const statusesOf = (answered: string): readonly number[] =>
  [...answered.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

const isRefused = (status: number): boolean => status === 400 || status === 431;

/** What the api says until it closes or has answered. */
const say = async (socket: Socket, raw: string): Promise<string> => {
  let answered = '';
  socket.on('data', (chunk) => {
    answered += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const over = new Promise<void>((done) => {
    socket.once('close', () => done());
    socket.once('data', () => setImmediate(done));
    setTimeout(done, answerLimitMs).unref();
  });
  socket.write(raw, 'latin1');
  await over;
  socket.destroy();
  return answered;
};

test('requests that are framed wrong are refused or cut off: no fault, no hidden one, and the next caller is answered', async () => {
  const attack = createAttack('framing');
  const issuer = await file.issuer();
  const { port } = new URL(file.platform.baseUrl);
  const tryOne = async (): Promise<void> => {
    const raw = requestOf(attack);
    // Drawn at once, so that a seed gives the same requests again.
    const half = attack.below(6) === 0 ? raw.slice(0, attack.below(raw.length)) : undefined;
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    if (half !== undefined) {
      socket.end(half, 'latin1', () => socket.destroy());
      await once(socket, 'close');
      attack.note('given up half-way');
      return;
    }
    const statuses = statusesOf(await say(socket, raw));
    const isWrong = statuses.some(isFault) || (isAmbiguous(raw) && !statuses.every(isRefused));
    attack.note(statuses.length === 0 ? 'without an answer' : String(statuses[0]), isWrong ? raw : undefined);
  };
  await someAtOnce(atOnce, Array.from({ length: tries }), tryOne);
  expect(attack.end()).toEqual([]);
  expect(file.platform.logText()).not.toContain(hiddenPath);
  expect((await issuer.place('after')).status).toBe(201);
  expect((await fetch(`${file.platform.baseUrl}/healthz`)).status).toBe(200);
});
