import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { sendFile } from '../../src/api/edge/file-answer';
import { openServer } from '../../src/api/edge/open-server';

const host = '127.0.0.1';
const opened: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of opened.splice(0)) close();
});

/** All that comes back until the server ends the connection. */
const answerTo = async (socket: Socket, sent: string): Promise<string> => {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  socket.write(sent);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
};

const serve = async (limits?: Parameters<typeof openServer>[3], body = Buffer.alloc(0)) => {
  const answer: RequestListener = (request, response) => request.resume().once('end', () => response.end(body));
  const server = await openServer(0, host, answer, limits);
  opened.push({ close: () => server.close().closeAllConnections() });
  const { port } = server.address() as AddressInfo;
  return { server, connected: () => connect({ port, host }) };
};

/** As in use, but at once. */
const soon = {
  requestMs: 15_000,
  headersMs: 10_000,
  lookEveryMs: 20,
  untakenMs: 100,
  slowestBytesPerSecond: Number.POSITIVE_INFINITY,
};
const head = 'POST / HTTP/1.1\r\nhost: a\r\n';

test('a head of more than 16 KiB is answered with 431', async () => {
  const { connected } = await serve();
  expect(await answerTo(connected(), `${head}x: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

test('a head and a body that never end are cut off', async () => {
  const { connected } = await serve({ ...soon, requestMs: 150, headersMs: 100 });
  const never = [head, `${head}content-length: 9\r\n\r\nabc`];
  const answers = await Promise.all(never.map((sent) => answerTo(connected(), sent)));
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  // Node's own look comes after half a minute.
}, 20_000);

test('an answer that nobody takes is let go, and one that is taken slowly comes whole', async () => {
  // More than the buffers between two sockets hold.
  const large = Buffer.alloc(16 * 1024 * 1024, 'a');
  const asked = `${head}content-length: 0\r\nconnection: close\r\n\r\n`;
  const { server, connected } = await serve(soon, large);
  const ended = once(server, 'connection').then(([socket]) => once(socket, 'close'));
  const still = connected().pause();
  still.on('error', () => undefined).write(asked);
  await ended;
  still.destroy();

  let bytes = 0;
  const reader = (await serve({ ...soon, slowestBytesPerSecond: 1_000_000 }, large))
    .connected()
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      reader.pause();
      setTimeout(() => reader.resume(), 1);
    });
  reader.write(asked);
  await once(reader, 'close');
  expect(bytes).toBeGreaterThan(large.length);
}, 30_000);

test('a file that is taken a little now and then ends all the same: others wait for its place', async () => {
  const lines = async function* () {
    for (;;) yield 'a'.repeat(64 * 1024);
  };
  let ended: Promise<unknown> | undefined;
  const app = express().get('/', (_request, response) => {
    const limits = { stalledMs: 60_000, wholeMs: 300 };
    ended = sendFile(response, { answers: {} }, { mediaType: 'text/csv', lines: lines() }, limits).catch(
      () => 'cut off',
    );
  });
  const server = await openServer(0, host, app);
  opened.push({ close: () => server.close().closeAllConnections() });
  const reader = connect({ port: (server.address() as AddressInfo).port, host });
  reader.on('data', () => {
    reader.pause();
    setTimeout(() => reader.resume(), 20);
  });
  reader.on('error', () => undefined).write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(reader, 'close');
  expect(await ended).toBe('cut off');
}, 10_000);

test('a head has ten seconds, a request 15', async () => {
  const { server } = await serve();
  const { headersTimeout, requestTimeout } = server;
  expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 10_000, requestTimeout: 15_000 });
});
