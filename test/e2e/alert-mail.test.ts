import { randomUUID } from 'node:crypto';
import type { Reconciled } from '../../activities/reconcile';
import { createMailer } from '../../src/mail/mailer';
import { workflowNames } from '../../src/order-messages/order-messages';
import { alertsDue } from '../support/alerts-due';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { startMailServer, type TestMail, type TestMailServer } from '../support/mail-server';
import { type Platform, startPlatform } from '../support/platform';
import { startTerminal, type TestTerminal } from '../support/terminal';

let mailServer: TestMailServer;
let receiver: TestTerminal;
let platform: Platform;
let issuer: TestIssuer;
let other: TestIssuer;

beforeAll(async () => {
  mailServer = await startMailServer();
  receiver = await startTerminal();
  platform = await startPlatform({
    alertUrl: receiver.urlOf('/alerts'),
    mailer: createMailer({
      server: mailServer.as('off'),
      from: 'codeferry@shop.example',
      to: ['ops@shop.example', 'night@shop.example'],
    }),
  });
  issuer = await startIssuer(platform);
  other = await startIssuer(platform);
});

afterAll(async () => {
  await issuer.stop();
  await other.stop();
  await platform.stop();
  await receiver.stop();
  await mailServer.stop();
});

beforeEach(() => {
  (mailServer.taken as TestMail[]).length = 0;
  receiver.received.length = 0;
  mailServer.refuseWith(undefined);
  receiver.answer('/alerts', () => 204);
});

/** What the Schedule runs every thirty seconds. */
const pass = (): Promise<Reconciled> =>
  platform.client.workflow.execute(workflowNames.reconcile, {
    workflowId: `reconcile-${randomUUID()}`,
    taskQueue: platform.taskQueue,
  }) as Promise<Reconciled>;

const set = (one: TestIssuer, word: 'pause' | 'resume') =>
  platform.operator('POST', `/issuers/${one.issuerId}/${word}`);
const posted = (): string[] => receiver.received.map(({ raw }) => JSON.parse(raw).type);
const header = ({ raw }: TestMail, name: string): string | undefined =>
  new RegExp(`^${name}:\\s*(.*(?:\\r\\n[ \\t].*)*)`, 'mi')
    .exec(raw.split('\r\n\r\n')[0] ?? '')?.[1]
    ?.replace(/\r\n/g, '');
/** Soft line breaks of quoted-printable, and its only coded sign here. */
const text = ({ raw }: TestMail): string =>
  raw
    .slice(raw.indexOf('\r\n\r\n') + 4)
    .replace(/=\r\n/g, '')
    .replace(/=3D/g, '=')
    .replace(/\r\n/g, '\n');
const soon = (who: 'webhook' | 'email') => alertsDue(platform, who);

test('a paused issuer is one mail when it begins and one when it ends, to all, with what to do and where', async () => {
  await set(issuer, 'pause');
  expect(await pass()).toMatchObject({ alertsRaised: 1, alertsSent: 2 });
  await pass();
  expect(mailServer.taken).toHaveLength(1);
  const [begun] = mailServer.taken as [TestMail];
  expect(begun).toMatchObject({ from: 'codeferry@shop.example', to: ['ops@shop.example', 'night@shop.example'] });
  expect(header(begun, 'Subject')).toBe(`Codeferry: begun: issuer_paused ${issuer.issuerId}`);
  expect(header(begun, 'Auto-Submitted')).toBe('auto-generated');
  expect(header(begun, 'Content-Type')).toMatch(/^text\/plain/);
  expect(text(begun)).toMatch(
    /^Begun: 1\n\nIssuer .+ is paused: .+\n {2}issuer_paused .+, since 20\d\d-.+ UTC\n {2}Resume it/,
  );
  expect(text(begun)).toContain(`  ${platform.baseUrl}/operator#/issuers/${issuer.issuerId}\n`);

  await set(issuer, 'resume');
  await pass();
  await pass();
  expect(mailServer.taken).toHaveLength(2);
  const ended = mailServer.taken[1] as TestMail;
  expect(header(ended, 'Subject')).toBe(`Codeferry: ended: issuer_paused ${issuer.issuerId}`);
  expect(text(ended)).toMatch(/^Ended: 1\n\nissuer_paused .+, ended 20.+ UTC, begun 20.+ UTC\n {2}It was: Issuer /);
  expect(header(ended, 'Message-ID')).not.toBe(header(begun, 'Message-ID'));
  expect(posted()).toEqual(['alert.raised', 'alert.cleared']);
  expect(await platform.core.database.alerts.countDocuments({})).toBe(0);
});

test('a mail server that answers 421, 451 and 554 is asked again until it takes the mail, and the webhook is told once', async () => {
  await set(issuer, 'pause');
  for (const status of [421, 451, 554]) {
    mailServer.refuseWith(status);
    const before = mailServer.tries();
    await soon('email');
    await pass();
    await pass();
    expect(mailServer.tries()).toBe(before + 1);
  }
  expect(mailServer.taken).toEqual([]);
  expect(posted()).toEqual(['alert.raised']);

  mailServer.refuseWith(undefined);
  await soon('email');
  expect(await pass()).toMatchObject({ alertsSent: 1 });
  await pass();
  expect(mailServer.taken).toHaveLength(1);
  expect(posted()).toEqual(['alert.raised']);

  await set(issuer, 'resume');
  expect(await pass()).toMatchObject({ alertsSent: 2 });
  expect(mailServer.taken).toHaveLength(2);
  expect(await platform.core.database.alerts.countDocuments({})).toBe(0);
});

test('a webhook that fails until the trouble is over is told nothing, and the mails come all the same', async () => {
  receiver.answer('/alerts', () => 500);
  await set(issuer, 'pause');
  expect(await pass()).toMatchObject({ alertsSent: 1 });
  await set(issuer, 'resume');
  receiver.answer('/alerts', () => 204);
  await pass();
  await soon('webhook');
  await pass();
  expect(posted()).toEqual(['alert.raised']);
  expect(mailServer.taken.map((mail) => header(mail, 'Subject'))).toEqual([
    `Codeferry: begun: issuer_paused ${issuer.issuerId}`,
    `Codeferry: ended: issuer_paused ${issuer.issuerId}`,
  ]);
  expect(await platform.core.database.alerts.countDocuments({})).toBe(0);
});

test('all that begins and ends in one pass is one mail, and it names no code, token or buyer', async () => {
  await set(issuer, 'pause');
  await pass();
  await set(issuer, 'resume');
  const terminal = { channel: 'webhook', url: receiver.urlOf('/buyer/maria@private.example') };
  for (const orderNo of ['mail-1', 'mail-2']) {
    expect((await other.place(orderNo, { terminal })).status).toBe(201);
    await other.message('order.paid', orderNo);
    expect((await other.verify(orderNo)).status).toBe(200);
    expect((await other.submit(orderNo, [{ itemId: 'a', value: `SECRET-${orderNo}` }])).status).toBe(201);
    await other.inState(orderNo, 'delivered');
  }
  await platform.core.database.orders.updateMany(
    { issuerId: other.issuerId },
    { $set: { state: 'undeliverable', 'facts.state': 'undeliverable' } },
  );
  await set(other, 'pause');
  await pass();
  expect(mailServer.taken).toHaveLength(2);
  const both = mailServer.taken[1] as TestMail;
  expect(header(both, 'Subject')).toBe('Codeferry: 2 begun, 1 ended');
  expect(text(both)).toContain('Begun: 2\n');
  expect(text(both)).toContain(`Order mail-1 and 1 more of issuer ${other.issuerId} could not be delivered`);
  expect(text(both)).toContain(`  ${platform.baseUrl}/operator#/failures\n`);
  expect(text(both)).toContain('Ended: 1\n');
  for (const { raw } of mailServer.taken) {
    for (const secret of [
      'SECRET',
      'buyer',
      'maria',
      'private.example',
      other.tokenOf('mail-1'),
      other.tokenOf('mail-2'),
    ]) {
      expect(raw).not.toContain(secret);
      expect(text({ raw, from: '', to: [] })).not.toContain(secret);
    }
  }
  await set(other, 'resume');
});
