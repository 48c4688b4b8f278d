import { createPublicKey, randomUUID, verify } from 'node:crypto';
import type { UpdateFilter } from 'mongodb';
import type { Reconciled } from '../../activities/reconcile';
import { workflowNames } from '../../src/order-messages/order-messages';
import type { AlertRow } from '../../src/store/alerts';
import type { OrderRow } from '../../src/store/orders';
import { alertsDue } from '../support/alerts-due';
import { acceptedRow } from '../support/database-of-file';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { type Delivered, startTerminal, type TestTerminal } from '../support/terminal';
import { bundleUnfit } from '../support/unfit-bundle';
import { until } from '../support/until';

let receiver: TestTerminal;
let platform: Platform;
let issuer: TestIssuer;

beforeEach(async () => {
  receiver = await startTerminal();
  platform = await startPlatform({ alertUrl: receiver.urlOf('/alerts') });
  issuer = await startIssuer(platform);
});

afterEach(async () => {
  await issuer.stop();
  await platform.stop();
  await receiver.stop();
});

/** What the Schedule runs every thirty seconds. */
const pass = (): Promise<Reconciled> =>
  platform.client.workflow.execute(workflowNames.reconcile, {
    workflowId: `reconcile-${randomUUID()}`,
    taskQueue: platform.taskQueue,
  }) as Promise<Reconciled>;

const told = (): { type: string; data: Record<string, string> }[] =>
  receiver.received.map(({ raw }) => JSON.parse(raw));

const kinds = (): string[] => told().map(({ type, data }) => `${type} ${data.kind} ${data.subject}`);

const isSigned = async ({ headers, raw }: Delivered): Promise<boolean> => {
  const { keys } = (await (await fetch(`${platform.baseUrl}/v1/keys`)).json()) as { keys: { publicKey: string }[] };
  const x = Buffer.from(String(keys[0]?.publicKey).slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const text = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`);
  return verify(null, text, key, Buffer.from(String(headers['webhook-signature']).slice('v1a,'.length), 'base64'));
};

const row = async (
  orderNo: string,
  state: OrderRow['state'],
  facts: Partial<OrderRow['facts']> = {},
): Promise<void> => {
  const { unstartedSince: _, ...accepted } = acceptedRow(orderNo, { issuerId: issuer.issuerId });
  await platform.core.database.orders.insertOne({
    ...accepted,
    state,
    facts: { ...accepted.facts, state, ...facts },
  });
};

test('a paused issuer is told of once when it is paused and once when it is back, signed, over a restart of the workers', async () => {
  expect(await pass()).toMatchObject({ alertsRaised: 0, alertsSent: 0 });
  await platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  expect(await pass()).toMatchObject({ alertsRaised: 1, alertsCleared: 0, alertsSent: 1 });
  await pass();
  await platform.stopWorkers();
  await platform.startWorkers();
  await pass();
  expect(kinds()).toEqual([`alert.raised issuer_paused ${issuer.issuerId}`]);
  await platform.operator('POST', `/issuers/${issuer.issuerId}/resume`);
  expect(await pass()).toMatchObject({ alertsRaised: 0, alertsCleared: 1, alertsSent: 1 });
  await pass();
  expect(kinds()).toEqual([
    `alert.raised issuer_paused ${issuer.issuerId}`,
    `alert.cleared issuer_paused ${issuer.issuerId}`,
  ]);
  for (const message of receiver.received) {
    expect(message.headers['webhook-id']).toMatch(/^cf_alert_[A-Za-z0-9_-]{1,55}$/);
    expect(await isSigned(message)).toBe(true);
  }
  expect(told()[1]?.data).toMatchObject({ raisedAt: expect.any(String), clearedAt: expect.any(String) });
  expect(await platform.core.database.alerts.countDocuments({})).toBe(0);
});

test('two passes at the same moment tell of one trouble once', async () => {
  await platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  const passes = await Promise.all([pass(), pass(), pass()]);
  expect(passes.reduce((sum, { alertsRaised }) => sum + alertsRaised, 0)).toBe(1);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('a receiver that fails gets the same bytes under the same id later, and no more than eight times', async () => {
  receiver.answer('/alerts', () => 500);
  await platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  expect(await pass()).toMatchObject({ alertsRaised: 1, alertsSent: 0 });
  await pass();
  expect(receiver.received).toHaveLength(1);
  const { alerts } = platform.core.database;
  for (let n = 2; n <= 9; n += 1) {
    await alertsDue(platform, 'webhook');
    await pass();
  }
  expect(receiver.received).toHaveLength(8);
  expect(new Set(receiver.received.map(({ headers, raw }) => `${headers['webhook-id']} ${raw}`)).size).toBe(1);
  expect(await alerts.findOne({})).toMatchObject({ state: 'raised', subject: issuer.issuerId });
});

test('orders that wait for a person, stand still or miss their windows are told of by issuer, and held ones are not', async () => {
  const hourAgoMs = Date.now() - 3_600_000;
  await row('p-1', 'undeliverable');
  await row('p-2', 'undeliverable');
  await row('s-1', 'verified', { verification: { verifiedAtMs: hourAgoMs, issueByMs: hourAgoMs + 600_000 } });
  for (const n of [1, 2, 3]) await row(`m-${n}`, 'expired', { updatedAtMs: Date.now(), closedReason: 'verify_window' });
  await pass();
  expect(kinds().sort()).toEqual(
    ['orders_overdue', 'orders_wait_for_person', 'windows_missed'].map(
      (kind) => `alert.raised ${kind} ${issuer.issuerId}`,
    ),
  );
  expect(told().map(({ data }) => data.summary)).toContain(
    `Order p-1 and 1 more of issuer ${issuer.issuerId} could not be delivered: redeliver or cancel.`,
  );
  const { orders } = platform.core.database;
  await platform.core.issuers.pause(issuer.issuerId, new Date(hourAgoMs));
  await platform.core.issuers.resume(issuer.issuerId, new Date());
  await orders.updateMany({ state: 'undeliverable' }, { $set: { state: 'cancelled' } });
  await orders.updateMany({ state: 'expired' }, { $set: { 'facts.updatedAtMs': hourAgoMs } });
  expect(await pass()).toMatchObject({ alertsRaised: 0, alertsCleared: 3, alertsSent: 3 });
  const page = await (await fetch(`${platform.baseUrl}/metrics`)).text();
  expect(page).toMatch(/^codeferry_alerts\{kind="orders_overdue"\} 0$/m);
});

test('a circuit that opens in one worker is told of by whichever worker looks', async () => {
  issuer.on('order.paid', async () => ({ status: 500 }));
  await platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { noticeDelaysSeconds: [1] });
  for (let n = 0; n < 12; n += 1) await issuer.place(`c-${n}`);
  await until('the circuit in the database', () =>
    platform.core.database.workers.findOne({ openedLately: issuer.issuerId }).then(Boolean),
  );
  await pass();
  expect(kinds()).toEqual([`alert.raised circuit_open ${issuer.issuerId}`]);
});

test('stuck orders are told of once, with the first one’s name, as long as any is stuck; other workflows that fail are none', async () => {
  const unfit = await bundleUnfit();
  try {
    await platform.stopWorkers();
    await platform.startWorkers(unfit.path);
    const other = await platform.client.workflow.start('workflowThatNobodyKnows', {
      workflowId: `unknown-${platform.taskQueue}`,
      taskQueue: platform.taskQueue,
    });
    for (const orderNo of ['unfit-1', 'unfit-2']) await issuer.place(orderNo);
    const failing = `TaskQueue="${platform.taskQueue}" AND TemporalReportedProblems IS NOT NULL`;
    await until(
      'all three in the index',
      async () => (await platform.client.workflow.count(failing)).count === 3,
      90_000,
    );
    await pass();
    await pass();
    expect(kinds()).toEqual(['alert.raised orders_stuck workers']);
    expect(told()[0]?.data.summary).toMatch(
      new RegExp(`^Order unfit-\\d of issuer ${issuer.issuerId} and 1 more are stuck, as workflow code fails: `),
    );

    await platform.stopWorkers();
    await platform.startWorkers();
    await until('the orders go on', async () => (await pass()).alertsCleared === 1, 90_000);
    expect(kinds()).toEqual(['alert.raised orders_stuck workers', 'alert.cleared orders_stuck workers']);
    expect((await platform.client.workflow.count(failing)).count).toBe(1);
    await other.terminate();
  } finally {
    await unfit.remove();
  }
}, 240_000);

test('a second payment for an order is told', async () => {
  await issuer.place('twice', { payment: { id: 'pay-1' } });
  expect((await issuer.place('twice', { payment: { id: 'pay-2' } })).status).toBe(409);
  await pass();
  await until('it is told', async () => kinds().length > 0);
  expect(kinds()).toEqual([`alert.raised paid_twice ${issuer.issuerId}`]);
  expect(told()[0]?.data.summary).toMatch(/^A second payment came for order twice of issuer /);
});

test('wrong operator tokens that come without end are told', async () => {
  await Promise.all(Array.from({ length: 21 }, () => platform.operator('GET', '/issuers', undefined, 'a guess')));
  await until('it is written down', () => platform.core.guesses.lastAt());
  await pass();
  await until('it is told', async () => kinds().length > 0);
  expect(kinds()).toEqual(['alert.raised tokens_guessed operators']);
});

test('without an address trouble is counted, and nobody is called', async () => {
  const quiet = await startPlatform();
  try {
    const created = await quiet.operator('POST', '/issuers', {
      issuerId: 'quiet',
      name: 'Quiet',
      callback: { kind: 'url', url: 'http://127.0.0.1:9/callback' },
      codeMode: 'push',
    });
    expect(created.status).toBe(201);
    await quiet.operator('POST', '/issuers/quiet/pause');
    const reconciled = (await quiet.client.workflow.execute(workflowNames.reconcile, {
      workflowId: `reconcile-${randomUUID()}`,
      taskQueue: quiet.taskQueue,
    })) as Reconciled;
    expect(reconciled).toMatchObject({ alertsRaised: 1, alertsSent: 0 });
    const page = await (await fetch(`${quiet.baseUrl}/metrics`)).text();
    expect(page).toMatch(/^codeferry_alerts\{kind="issuer_paused"\} 1$/m);
  } finally {
    await quiet.stop();
  }
});

describe('what somebody else writes among the alerts', () => {
  const raisedOf = (kind: string, subject: string): string => `alert.raised ${kind} ${subject}`;
  const forge = (row: Record<string, unknown>) =>
    platform.core.database.alerts.insertOne(row as unknown as AlertRow & { _id: string });

  test('keeps no trouble from being told, and is not told itself', async () => {
    const { issuerId } = issuer;
    const paused = { kind: 'issuer_paused', subject: issuerId, summary: 's', state: 'raised', raisedAt: new Date(0) };
    await forge({ ...paused, _id: `issuer_paused/${issuerId}` });
    await forge({ _id: 'bad', untold: { webhook: { tries: 0, nextAt: new Date(0) } } });
    await forge({
      ...{ _id: 'tampered/x', kind: 'tampered', subject: 'x', summary: 'sign in at https://evil.example' },
      ...{ state: 'cleared', raisedAt: new Date(0), clearedAt: new Date(0), seal: 'none' },
      untold: { webhook: { tries: 0, nextAt: new Date(0) } },
    });
    // More of them than a pass tells.
    for (let n = 0; n < 45; n += 1) {
      await forge({ _id: `more/${n}`, seal: Buffer.alloc(60), untold: { webhook: { tries: 0, nextAt: new Date(0) } } });
    }
    await platform.operator('POST', `/issuers/${issuerId}/pause`);
    expect(await pass()).toMatchObject({ alertsRaised: 1, alertsSent: 1 });
    expect(kinds()).toEqual([raisedOf('issuer_paused', issuerId)]);
    expect(await platform.core.database.alerts.distinct('_id')).toEqual([`issuer_paused/${issuerId}`]);
    expect(platform.logText()).toContain('an alert that the platform did not write is deleted');
  });

  test('to a row of an alert, that alert is told anew, once', async () => {
    const { issuerId } = issuer;
    receiver.answer('/alerts', () => 500);
    await platform.operator('POST', `/issuers/${issuerId}/pause`);
    await pass();
    receiver.answer('/alerts', () => 204);
    for (const change of [{ $unset: { untold: 1 } }, { $set: { summary: 'all is well' } }, { $unset: { seal: 1 } }]) {
      const before = receiver.received.length;
      await platform.core.database.alerts.updateOne({}, change as UpdateFilter<AlertRow>);
      await pass();
      await pass();
      expect(kinds().slice(before)).toEqual([raisedOf('issuer_paused', issuerId)]);
      expect(receiver.received.at(-1)?.raw).toContain(`Issuer ${issuerId} is paused`);
    }
  });
});
