import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
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

const serve = async (limits?: Parameters<typeof openServer>[3]) => {
  const answer: RequestListener = (request, response) => request.resume().once('end', () => response.end());
  const server = await openServer(0, host, answer, limits);
  opened.push({ close: () => server.close().closeAllConnections() });
  const { port } = server.address() as AddressInfo;
  return { server, connected: () => connect({ port, host }) };
};

const head = 'POST / HTTP/1.1\r\nhost: a\r\n';

test('a head of more than 16 KiB is answered with 431', async () => {
  const { connected } = await serve();
  expect(await answerTo(connected(), `${head}x: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

test('a head and a body that never end are cut off', async () => {
  const { connected } = await serve({ requestMs: 150, headersMs: 100, lookEveryMs: 20 });
  const never = [head, `${head}content-length: 9\r\n\r\nabc`];
  const answers = await Promise.all(never.map((sent) => answerTo(connected(), sent)));
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  // Node's own look comes after half a minute.
}, 20_000);

test('a head has ten seconds, a request 15', async () => {
  const { server } = await serve();
  const { headersTimeout, requestTimeout } = server;
  expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 10_000, requestTimeout: 15_000 });
});
