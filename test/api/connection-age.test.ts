import { Agent, createServer, get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { endOldConnections } from '../../src/api/edge/connection-age';
import { shareByConnection } from '../../src/api/edge/connection-share';
import { largeBodies } from '../../src/api/edge/large-bodies';
import { onceClosed } from '../../src/api/edge/once-closed';
import { until } from '../support/until';

test('a connection ends with the first answer after 30 s, so that a balancer may choose again', async () => {
  let now = 0;
  let connections = 0;
  const app = express();
  app.use(endOldConnections(() => now));
  app.get('/', (_request, response) => {
    response.json({});
  });
  const server = createServer(app).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address() as AddressInfo;
  const ask = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent }, (response) => {
        // The socket is given back, or ended, once its answer was read.
        response.on('close', () => resolve([response.statusCode, response.headers.connection])).resume();
      }).on('error', reject);
    });

  expect(await ask()).toEqual([200, 'keep-alive']);
  now = 30_000;
  expect(await ask()).toEqual([200, 'keep-alive']);
  expect(connections).toBe(1);
  now = 30_001;
  expect(await ask()).toEqual([200, 'close']);
  expect(await ask()).toEqual([200, 'keep-alive']);
  expect(connections).toBe(2);
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('of requests that one connection sends ahead four are at work, all are answered in order, and too many end it', async () => {
  const begun: (() => void)[] = [];
  const app = express();
  app.use(shareByConnection());
  app.get('/:n', (request, response) => {
    begun.push(() => response.send(`answer ${request.params.n}.`));
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const send = (count: number) => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    const seen = { text: '', isClosed: false };
    socket.on('data', (text: string) => {
      seen.text += text;
    });
    socket.on('close', () => {
      seen.isClosed = true;
    });
    socket.on('error', () => undefined);
    socket.write(Array.from({ length: count }, (_, n) => `GET /${n} HTTP/1.1\r\nhost: a\r\n\r\n`).join(''));
    return { socket, seen };
  };
  const ahead = send(20);
  await until('four are at work', () => begun.length === 4);
  // Another connection has room of its own, and its requests come after those that wait.
  const other = send(1);
  await until('the other one is at work', () => begun.length === 5);
  for (let n = 0; n < 21; n += 1) (await until(`request ${n} is at work`, () => begun[n]))();
  await until('all are answered', () => (ahead.seen.text.match(/answer/g) ?? []).length === 20);
  expect(ahead.seen.text.match(/answer \d+/g)).toEqual(Array.from({ length: 20 }, (_, n) => `answer ${n}`));
  const tooMany = send(69);
  await until('it is ended', () => tooMany.seen.isClosed);
  expect(begun).toHaveLength(25);
  for (const { socket } of [ahead, other]) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('who leaves gives up the places of all requests that the connection sent ahead, whoever had its turn', async () => {
  let begun = 0;
  let closed = 0;
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const app = express();
  app.use(shareByConnection());
  app.get('/', async (_request, response) => {
    begun += 1;
    response.once('close', () => {
      closed += 1;
    });
    await left;
    // It takes a place once it has looked something up: nobody waits for it any more.
    onceClosed(response, () => {
      closed += 1;
    });
  });
  app.post('/', largeBodies(), (_request, response) => {
    response.sendStatus(204);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
  const large = Buffer.alloc(300 * 1024);
  const post = `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${large.length}\r\n\r\n`;
  const send = (text: string) =>
    connect(port, '127.0.0.1', function (this: Socket) {
      this.write(text);
    }).on('error', () => undefined);

  const many = send(get.repeat(6));
  const pairs = [send(get + post), send(get + post)];
  await until('all are at work', () => begun === 6);
  for (const socket of [many, ...pairs]) socket.destroy();
  await until('all have ended', () => closed === 6);
  leave();
  await until('none of them takes a place', () => closed === 12);
  expect(begun).toBe(6);
  // No more than two of an address are read at once.
  const again = () => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: large });
  expect((await again()).status).toBe(204);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
