import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { mountStageCalls, type StageCallsDeps } from '../../src/api/conformance/stage-calls';
import { openServer } from '../../src/api/edge/open-server';

test('a test issuer sends 40 calls a second to its run, and no more of them are read', async () => {
  const issuerId = 'test-0123456789abcdef0123';
  const app = express();
  const looked = jest.fn(async () => null);
  mountStageCalls(app, {
    runs: { runningOf: async () => ({ prefix: 'conform-01234567' }) },
    issuers: { findTogether: looked },
    nowMs: () => 0,
  } as unknown as StageCallsDeps);
  const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(error.status).end();
  app.use(refuse);
  const server = await openServer(0, '127.0.0.1', app);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const statuses: number[] = [];
  for (let n = 0; n < 42; n += 1) {
    const call = await fetch(`${url}/v1/issuers/${issuerId}/orders/conform-01234567-a/verification`, {
      method: 'POST',
    });
    statuses.push(call.status);
  }
  server.closeAllConnections();
  server.close();
  expect([statuses.slice(0, 40), statuses.slice(40)]).toEqual([Array(40).fill(404), [429, 429]]);
  expect(looked).toHaveBeenCalledTimes(40);
});
