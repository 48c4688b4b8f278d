import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { endOldConnections } from '../../src/api/edge/connection-age';

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
