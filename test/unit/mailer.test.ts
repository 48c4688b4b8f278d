import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseMailServer } from '../../src/mail/mail-server';
import { createMailer } from '../../src/mail/mailer';
import { certificate, startMailServer, type TestMailServer } from '../support/mail-server';

const people = { from: 'codeferry@shop.example', to: ['ops@shop.example'] };
const mail = { id: 'cf_alert_1', subject: 'Codeferry: begun', text: 'Begun: 1\n' };
const login = { user: 'codeferry', password: 'SECRET-of-the-mail-server' };

describe.each(['starttls', 'smtps'] as const)('a mail server that is spoken to by %s', (security) => {
  let server: TestMailServer;
  beforeEach(async () => {
    server = await startMailServer({ secure: security === 'smtps' });
  });
  afterEach(() => server.stop());

  test('gets password and mail when its certificate is trusted', async () => {
    const mailer = createMailer({ ...people, server: server.as(security, login) }, { trustedCa: certificate });
    expect(await mailer.send(mail)).toEqual({ isTaken: true, refusedRecipients: 0 });
    expect(server.logins).toEqual(['codeferry SECRET-of-the-mail-server']);
    expect(server.taken).toHaveLength(1);
  });

  test('gets neither when nobody vouches for it', async () => {
    const failed = await createMailer({ ...people, server: server.as(security, login) }).send(mail);
    expect(failed).toMatchObject({ isTaken: false, code: expect.stringMatching(/^(ETLS|ESOCKET)$/) });
    expect(server).toMatchObject({ logins: [], taken: [] });
  });
});

test('a mail server that offers no TLS gets neither password nor mail, unless a plain connection is asked for', async () => {
  const server = await startMailServer({ offersTls: false });
  try {
    const failed = await createMailer({ ...people, server: server.as('starttls', login) }).send(mail);
    expect(failed).toMatchObject({ isTaken: false });
    expect(server).toMatchObject({ logins: [], taken: [] });
    expect(await createMailer({ ...people, server: server.as('off') }).send(mail)).toMatchObject({ isTaken: true });
  } finally {
    await server.stop();
  }
});

describe('a mail server', () => {
  let server: TestMailServer;
  beforeEach(async () => {
    server = await startMailServer();
  });
  afterEach(() => server.stop());

  test('gets a subject of one line, whatever it was made of', async () => {
    const subject = `Codeferry: a\r\nBcc: thief@evil.example\u2028b\0${'x'.repeat(5_000)}`;
    expect(await createMailer({ ...people, server: server.as('off') }).send({ ...mail, subject })).toEqual({
      isTaken: true,
      refusedRecipients: 0,
    });
    const [only] = server.taken;
    expect(only?.to).toEqual(['ops@shop.example']);
    const headers = only?.raw.split('\r\n\r\n')[0] ?? '';
    expect(headers).not.toMatch(/^bcc:/im);
    expect(headers).toMatch(/^Message-ID: <cf_alert_1@shop\.example>$/m);
    expect(headers.length).toBeLessThan(1_000);
  });

  test('shows what a name says, never what it would be decoded to', async () => {
    const name = `=?utf-8?B?${Buffer.from('a\r\nb\u202e').toString('base64')}?=`;
    await createMailer({ ...people, server: server.as('off') }).send({ ...mail, subject: name, fromName: name });
    expect(server.taken[0]?.raw.split('\r\n\r\n')[0]).not.toContain('=?utf-8?B?');
  });
});

test('a mail server that takes the connection and says nothing, or a letter now and then, is waited for no longer than said', async () => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const timer = setInterval(() => socket.write('2'), 50);
    socket.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const limits = { connectMs: 60_000, silenceMs: 60_000, wholeMs: 300 };
  const mailer = createMailer({ ...people, server: { host: '127.0.0.1', port, security: 'off' } }, { limits });
  expect(await mailer.send(mail)).toMatchObject({ isTaken: false });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['smtp://mail.shop.example', { host: 'mail.shop.example', port: 587, security: 'starttls' }],
  ['smtps://mail.shop.example', { host: 'mail.shop.example', port: 465, security: 'smtps' }],
  ['smtp://[::1]:1025?tls=off', { host: '::1', port: 1025, security: 'off' }],
  [
    'smtp://me%40shop.example:p%3Aw@relay:2525/',
    { host: 'relay', port: 2525, security: 'starttls', login: { user: 'me@shop.example', password: 'p:w' } },
  ],
])('%s is read', (text, server) => {
  expect(parseMailServer(text)).toEqual(server);
});

test.each([
  ['without a host', 'smtp://'],
  ['of another kind', 'https://mail.shop.example'],
  ['with a password over a plain connection', 'smtp://me:SECRET@relay?tls=off'],
  ['with half a login', 'smtp://me@relay'],
  ['with a login that cannot be read', 'smtp://me:%zz@relay'],
  ['with a login of two lines', 'smtp://me:a%0D%0Ab@relay'],
  ['with an option of another library', 'smtp://relay?ignoreTLS=true'],
  ['with smtps and without TLS', 'smtps://relay?tls=off'],
  ['with a path', 'smtp://relay/inbox'],
])('an address %s is none', (_how, text) => {
  expect(parseMailServer(text)).toBeUndefined();
});
