import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMailer } from '../../src/mail/mailer';
import { startSimulator } from '../../src/simulator/simulator-server';
import { until } from '../support/until';

/** Stands for the platform: it hears what became of messages. */
const heard: { path: string; body: string }[] = [];
const platform = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    heard.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString() });
    response.writeHead(204).end();
  });
});
let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeAll(async () => {
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  const platformUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  simulator = await startSimulator({ port: 0, platformUrl, smtpPort: 0, receiptSecret: 'receipt-secret' });
});
afterAll(async () => {
  await simulator.stop();
  platform.closeAllConnections();
  platform.close();
});

const url = (path: string): string => `http://127.0.0.1:${simulator.port}${path}`;
const pageAt = async (path: string): Promise<string> => (await fetch(url(path))).text();
const send = (to: string, id: string) =>
  createMailer({
    server: { host: '127.0.0.1', port: simulator.smtpPort ?? 0, security: 'off' },
    from: 'codes@demo.example',
  }).send({
    id,
    to,
    subject: 'Your <code>',
    text: 'See https://codes.example/p/x',
    html: '<p><img src="cid:code-1"><script>alert(1)</script></p>',
    pictures: [{ name: 'code-1', png: Buffer.from('PNG') }],
  });
const heardOf = (id: string) => until(`a receipt of ${id}`, () => heard.find(({ body }) => body.includes(id)));

test('a mail stands in the inbox with its pictures, in a frame without scripts, and has arrived', async () => {
  expect(await send('buyer@mail.example', 'm-1')).toMatchObject({ isTaken: true });
  expect(await pageAt('/mail')).toContain('Your &lt;code&gt;');
  const answer = await fetch(url('/mail/1'));
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  const page = await answer.text();
  expect(page).toMatch(/<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  expect(page).toContain(`data:image/png;base64,${Buffer.from('PNG').toString('base64')}`);
  expect(page).not.toContain('<script>');
  expect(page).toContain('<title>Your &lt;code&gt;');
  expect(await heardOf('m-1')).toEqual({
    path: '/v1/terminals/email/receipt-secret',
    body: JSON.stringify({ messageId: 'm-1@demo.example', event: 'delivered' }),
  });
});

test('addresses say what becomes of a mail', async () => {
  expect(await send('refused@mail.example', 'm-2')).toMatchObject({ isTaken: false, status: 550 });
  expect(await send('later@mail.example', 'm-3')).toMatchObject({ isTaken: false, status: 451 });
  expect(await send('later@mail.example', 'm-3')).toMatchObject({ isTaken: true });
  expect(await send('bounce@mail.example', 'm-4')).toMatchObject({ isTaken: true });
  expect((await heardOf('m-4')).body).toContain('"event":"bounced"');
});

const sms = (message: object) => fetch(url('/sms/messages'), { method: 'POST', body: JSON.stringify(message) });

test('an SMS stands in its inbox once; numbers say what becomes of it', async () => {
  const message = { id: 's-1', to: '+4915112345678', text: 'Yours: https://codes.example/p/y' };
  expect([(await sms(message)).status, (await sms(message)).status]).toEqual([202, 200]);
  expect((await pageAt('/sms')).split('class="bubble"')).toHaveLength(2);
  expect(await pageAt('/sms')).toContain('href="https://codes.example/p/y"');
  expect((await sms({ ...message, id: 's-2', to: '+4915112345611' })).status).toBe(422);
  expect((await sms({ id: 's-3' })).status).toBe(400);
  expect((await heardOf('s-1')).path).toBe('/v1/terminals/sms/receipt-secret');
});

test('no name of another site that leads here shows an inbox', async () => {
  const asked = (host: string) =>
    new Promise((done) => get({ port: simulator.port, path: '/mail', headers: { host } }, done));
  expect(await asked('elsewhere.example')).toMatchObject({ statusCode: 421 });
  expect(await asked('localhost:8090')).toMatchObject({ statusCode: 200 });
});

test('a button lets a message come back, and no page of another site can', async () => {
  const press = (headers = {}) => fetch(url('/mail/1/bounced'), { method: 'POST', redirect: 'manual', headers });
  expect((await press({ origin: 'https://elsewhere.example' })).status).toBe(404);
  expect(await pageAt('/mail/1')).toContain('Arrived');
  expect((await press()).status).toBe(303);
  expect(await pageAt('/mail/1')).toContain('Came back');
  expect(heard.at(-1)?.body).toContain('"event":"bounced"');
});
