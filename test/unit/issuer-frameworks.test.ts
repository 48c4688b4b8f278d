import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { Webhook } from 'standardwebhooks';
import { createIssuer, type Issuer, newSecret } from '../../packages/issuer/src';

const secret = newSecret();
const older = newSecret();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const anIssuer = () => {
  const heard: string[] = [];
  const errors: unknown[] = [];
  const refused: string[] = [];
  const issuer = createIssuer({
    baseUrl: 'http://127.0.0.1:9',
    issuerId: 'acme',
    secret: [secret, older],
    issue: () => undefined,
    onEvent: ({ type, data }) => void heard.push(`${type} ${data.orderNo}`),
    onVoidRequested: () => ({ status: 'destroyed' }),
    onError: (error) => errors.push(error),
    onRefused: (reason) => refused.push(reason),
  });
  ends.push(issuer.stop);
  return { issuer, heard, errors, refused };
};

/** Signed by the public library; blanks and letters that a parser would write otherwise. */
const aCallback = (type: string, { by = secret, id = 'cf_1', more = '' } = {}) => {
  const body = `{ "type": "${type}",  "timestamp": "2026-01-01T00:00:00Z", "data": {"orderNo": "\\u00c4-1"} }${more}`;
  const at = new Date();
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(by).sign(id, at, body),
  };
  return { method: 'POST', headers, body };
};

type Send = (init: RequestInit) => Promise<Response>;

const served = async (listener: RequestListener): Promise<Send> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  ends.push(() => server.close());
  await once(server, 'listening');
  return (init) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`, init);
};

const frameworks: Readonly<Record<string, (issuer: Issuer) => Promise<Send>>> = {
  'node:http': ({ listener }) => served(listener),
  Express: ({ listener }) => served(express().post('/callback', listener).use(express.json())),
  'Express, after a parser that keeps the bytes': ({ listener }) =>
    served(
      express()
        .use(express.raw({ type: '*/*' }))
        .post('/callback', listener),
    ),
  Fastify: async (issuer) => {
    const app = fastify();
    await app.register(issuer.fastify, { path: '/callback' });
    ends.push(() => app.close());
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return (init) => fetch(`${url}/callback`, init);
  },
  Fetch: async (issuer) => (init) => issuer.fetch(new Request('http://acme.example/callback', init)),
};

test.each(Object.entries(frameworks))('the bytes reach the signature check as they came: %s', async (_, serve) => {
  const { issuer, heard, errors, refused } = anIssuer();
  const send = await serve(issuer);
  const event = await send(aCallback('order.delivered'));
  expect([event.status, await event.text()]).toEqual([204, '']);
  const reply = await send(aCallback('order.void_requested', { id: 'cf_2', by: older }));
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, expect.stringContaining('application/json')]);
  expect(await reply.json()).toEqual({ status: 'destroyed' });
  expect((await send(aCallback('order.invented', { id: 'cf_3' }))).status).toBe(204);
  expect((await send({ ...aCallback('order.delivered', { id: 'cf_4' }), body: '{}' })).status).toBe(401);
  expect((await send(aCallback('order.delivered', { id: 'cf_5', more: ' '.repeat(1024 * 1024) }))).status).toBe(413);
  expect({ heard, errors, refused }).toEqual({
    heard: ['order.delivered Ä-1', 'order.invented Ä-1'],
    errors: [],
    refused: ['signature_mismatch'],
  });
});

test('whoever parses the body first is told what to change, and the platform sends it again', async () => {
  const { issuer, heard, errors } = anIssuer();
  const send = await served(express().use(express.json()).post('/callback', issuer.listener));
  expect((await send(aCallback('order.delivered'))).status).toBe(500);
  expect([heard, String(errors[0])]).toEqual([[], expect.stringContaining('before any body parser')]);
});

test('Fastify’s other routes get their bodies parsed as before', async () => {
  const { issuer } = anIssuer();
  const app = fastify();
  ends.push(() => app.close());
  await app.register(issuer.fastify, { path: '/callback' });
  app.post('/other', async ({ body }) => ({ got: body }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/other`, { method: 'POST', headers, body: '{"a":1}' });
  expect(await answer.json()).toEqual({ got: { a: 1 } });
});

test.each(['baseUrl', 'issuerId', 'secret'])('a setting that is missing is named at the start: %s', (name) => {
  const settings = { baseUrl: 'http://127.0.0.1:9', issuerId: 'acme', secret, issue: () => [] };
  expect(() => createIssuer({ ...settings, [name]: undefined })).toThrow(name);
  expect(() => createIssuer({ ...settings, secret: [secret, 'whsec_c2hvcnQ='] })).toThrow('the secret must have');
});
