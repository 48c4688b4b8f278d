import { randomUUID } from 'node:crypto';
import type { OrderFacts } from '../../src/domain/order';
import { orderFacts, updates, workflowNames } from '../../src/order-messages/order-messages';
import { itemsName } from '../../src/second-interface/after-sale/start-after-sale';
import type { TestIssuer } from '../support/issuer';
import type { Platform } from '../support/platform';
import type { TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** What a branch is driven with: real processes, a real engine, and an issuer of its own for each. */
export interface Stage {
  readonly platform: Platform;
  readonly terminal: TestTerminal;
  issuer(settings?: Record<string, unknown>): Promise<TestIssuer>;
}

/** Drives one order until its workflow can end, and names that workflow; with its first run, where another one follows. */
type Branch = (stage: Stage) => Promise<string | { readonly workflowId: string; readonly runId: string }>;

const orderNo = 'order-1';
const idOf = ({ issuerId }: TestIssuer): string => `order/${issuerId}/${orderNo}`;
const codes = (...itemIds: string[]) => itemIds.map((itemId) => ({ itemId, value: `EXAMPLE-${itemId}` }));
const shortWindow = { verifyWindowSeconds: 5, issueWindowSeconds: 5 };

const byOperator = async (
  { platform }: Stage,
  { issuerId }: TestIssuer,
  action: string,
  body: object = {},
): Promise<void> => {
  const answer = await platform.operator('POST', `/orders/${issuerId}/${orderNo}/${action}`, body);
  if (answer.status !== 200) throw new Error(`${action}: ${JSON.stringify(answer.body)}`);
};

const hold = async ({ platform }: Stage, { issuerId }: TestIssuer, action: 'pause' | 'resume'): Promise<void> => {
  await platform.operator('POST', `/issuers/${issuerId}/${action}`);
};

const handleOf = ({ platform }: Stage, issuer: TestIssuer) => platform.client.workflow.getHandle(idOf(issuer));

/** The workflow itself says so: its row may still be behind. */
const inWorkflow = (stage: Stage, issuer: TestIssuer, state: OrderFacts['state']): Promise<boolean> =>
  until(`the workflow ${state}`, async () => (await handleOf(stage, issuer).query(orderFacts)).state === state);

const answering = (body: unknown, status = 200) => ({ 'order.code_requested': async () => ({ status, body }) });

const issuerIn = async (
  stage: Stage,
  settings: Record<string, unknown>,
  reactions: ReturnType<typeof answering> | object = {},
): Promise<TestIssuer> => {
  const issuer = await stage.issuer(settings);
  for (const [type, reaction] of Object.entries(reactions)) issuer.on(type, reaction);
  return issuer;
};

const webhook = ({ terminal }: Stage, path: string, statusOf: (n: number) => number = () => 204) => {
  terminal.answer(path, statusOf);
  return { terminal: { channel: 'webhook', url: terminal.urlOf(path) } };
};

/** Gone at the first try: no retry, a person looks. */
const goneOnce = (n: number): number => (n === 1 ? 410 : 204);

/** An order whose terminal does not take the codes. */
const undeliverable = async (stage: Stage, settings = webhook(stage, '/gone', () => 410)): Promise<TestIssuer> => {
  const issuer = await issuerIn(stage, settings);
  await issuer.placeVerified(orderNo);
  await issuer.submit(orderNo, codes('a'));
  await issuer.inState(orderNo, 'undeliverable');
  return issuer;
};

export const branches = {
  'good-push-page': async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'good-push-webhook': async (stage) => {
    const issuer = await issuerIn(stage, webhook(stage, '/good'));
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'good-push-in-two-calls': async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await issuer.submit(orderNo, codes('a'));
    await issuer.submit(orderNo, codes('a', 'b'));
    return idOf(issuer);
  },

  'verified-inside-the-notice': async (stage) => {
    const issuer = await issuerIn(stage, {});
    issuer.on('order.paid', async ({ data: { token } }) => {
      await issuer.verify(orderNo, { token });
      await issuer.submit(orderNo, codes('a'), { token });
      return { status: 200 };
    });
    await issuer.place(orderNo);
    await issuer.message('order.paid', orderNo);
    await issuer.inState(orderNo, 'delivered');
    return idOf(issuer);
  },

  'notice-tried-twice': async (stage) => {
    const issuer = await issuerIn(stage, { noticeDelaysSeconds: [1] });
    let notices = 0;
    issuer.on('order.paid', async () => {
      notices += 1;
      return { status: notices === 1 ? 500 : 204 };
    });
    await issuer.place(orderNo);
    await issuer.message('order.paid', orderNo);
    await inWorkflow(stage, issuer, 'notified');
    await issuer.verify(orderNo);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'verified-long-after-the-notice': async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.place(orderNo);
    await issuer.message('order.paid', orderNo);
    await inWorkflow(stage, issuer, 'notified');
    await issuer.verify(orderNo);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'request-issued': async (stage) => {
    const issuer = await issuerIn(stage, { codeMode: 'request' }, answering({ status: 'issued', codes: codes('a') }));
    await issuer.placeVerified(orderNo);
    return idOf(issuer);
  },

  'request-issued-in-part': async (stage) => {
    const issuer = await issuerIn(stage, { codeMode: 'request' }, answering({ status: 'issued', codes: codes('a') }));
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await inWorkflow(stage, issuer, 'partially_issued');
    await issuer.submit(orderNo, codes('b'));
    return idOf(issuer);
  },

  'request-issuing-then-submitted': async (stage) => {
    const issuer = await issuerIn(stage, { codeMode: 'request' }, answering({ status: 'issuing' }));
    await issuer.placeVerified(orderNo);
    await issuer.message('order.code_requested', orderNo);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'request-refused': async (stage) => {
    const refused = { status: 'refused', reason: 'out_of_stock', detail: 'none left' };
    const issuer = await issuerIn(stage, { codeMode: 'request' }, answering(refused));
    await issuer.placeVerified(orderNo);
    return idOf(issuer);
  },

  'request-asked-anew-after-a-conflict': async (stage) => {
    const issuer = await issuerIn(stage, { codeMode: 'request' });
    let asked = 0;
    issuer.on('order.code_requested', async () => {
      asked += 1;
      if (asked > 1) return { status: 200, body: { status: 'issued', codes: codes('b') } };
      // Only the workflow knows of these: the activity lets the issuer's own through, and the workflow refuses them.
      const item = { itemId: 'a', fingerprint: 'another', valueFingerprint: 'another' };
      const submissionId = 'recorded';
      const message = { kind: 'codes' as const, isRightToken: true, submissionId, items: [item], reused: false };
      await handleOf(stage, issuer).executeUpdate(updates.codes, { args: [message] });
      return { status: 200, body: { status: 'issued', codes: codes('a') } };
    });
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await issuer.message('order.code_requested', orderNo, 2);
    return idOf(issuer);
  },

  'last-call-issued': async (stage) => {
    const settings = { issueWindowSeconds: 60, lastCallSeconds: 58 };
    const issuer = await issuerIn(stage, settings);
    issuer.on('order.closing', async () => ({ status: 200, body: { status: 'issued', codes: codes('b') } }));
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'last-call-without-an-answer': async (stage) => {
    const issuer = await issuerIn(stage, { ...shortWindow, lastCallSeconds: 3, codeMode: 'request' });
    for (const type of ['order.code_requested', 'order.closing']) issuer.on(type, async () => ({ status: 500 }));
    await issuer.placeVerified(orderNo);
    return idOf(issuer);
  },

  'partial-at-window-end': async (stage) => {
    const issuer = await issuerIn(stage, shortWindow);
    await issuer.placeVerified(orderNo, { quantity: 3 });
    await issuer.submit(orderNo, codes('a', 'b'));
    return idOf(issuer);
  },

  'verify-window': async (stage) => {
    const issuer = await issuerIn(stage, shortWindow);
    await issuer.place(orderNo);
    await issuer.inState(orderNo, 'expired');
    return idOf(issuer);
  },

  'issue-window': async (stage) => {
    const issuer = await issuerIn(stage, shortWindow);
    await issuer.placeVerified(orderNo);
    return idOf(issuer);
  },

  refused: async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.place(orderNo);
    await issuer.message('order.paid', orderNo);
    await issuer.refuse(orderNo);
    return idOf(issuer);
  },

  cancelled: async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await issuer.submit(orderNo, codes('a'));
    await issuer.cancel(orderNo);
    return idOf(issuer);
  },

  'cancelled-in-the-engine': async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.place(orderNo);
    await issuer.inState(orderNo, 'notified');
    await handleOf(stage, issuer).cancel();
    return idOf(issuer);
  },

  'undeliverable-then-redelivered': async (stage) => {
    const issuer = await undeliverable(stage, webhook(stage, '/gone-once', goneOnce));
    await byOperator(stage, issuer, 'redeliver');
    return idOf(issuer);
  },

  'redelivery-lost-behind-its-row': async (stage) => {
    const issuer = await undeliverable(stage, webhook(stage, '/gone-before', goneOnce));
    const { orderDeps, database } = stage.platform.core;
    const name = { issuerId: issuer.issuerId, orderNo };
    const { runId } = await handleOf(stage, issuer).describe();
    const row = await orderDeps.orders.find(name);
    if (!row) throw new Error('the order has a row');
    const version = row.version + 1;
    const facts = { ...row.facts, state: 'issued' as const, version, redeliveries: 1 };
    await database.orders.updateOne(
      { _id: row._id },
      { $set: { facts, state: 'issued', version, projected: version } },
    );
    await orderDeps.gateway.followRow(name, version);
    return { workflowId: idOf(issuer), runId };
  },

  'undeliverable-then-another-terminal': async (stage) => {
    const issuer = await undeliverable(stage);
    await byOperator(stage, issuer, 'redeliver', webhook(stage, '/corrected'));
    return idOf(issuer);
  },

  'undeliverable-and-void-in-part': async (stage) => {
    const issuer = await issuerIn(
      stage,
      webhook(stage, '/gone-twice', () => 410),
    );
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await issuer.submit(orderNo, codes('a', 'b'));
    await issuer.inState(orderNo, 'undeliverable');
    await byOperator(stage, issuer, 'void', { itemIds: ['a'], reason: 'lost' });
    await issuer.message('order.codes_void', orderNo);
    await byOperator(stage, issuer, 'cancel', { reason: 'given back' });
    return idOf(issuer);
  },
  'undeliverable-then-cancelled': async (stage) => {
    const issuer = await undeliverable(stage);
    await byOperator(stage, issuer, 'cancel');
    return idOf(issuer);
  },

  hold: async (stage) => {
    const issuer = await issuerIn(stage, shortWindow);
    await issuer.place(orderNo);
    await issuer.inState(orderNo, 'notified');
    await hold(stage, issuer, 'pause');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await hold(stage, issuer, 'resume');
    return idOf(issuer);
  },

  'hold-at-window-end': async (stage) => {
    const issuer = await issuerIn(stage, shortWindow);
    await issuer.placeVerified(orderNo);
    await hold(stage, issuer, 'pause');
    await until('the fired window', async () => {
      const { events } = await handleOf(stage, issuer).fetchHistory();
      return events?.some(({ markerRecordedEventAttributes: asked }) => asked) ? true : undefined;
    });
    await hold(stage, issuer, 'resume');
    return idOf(issuer);
  },

  extend: async (stage) => {
    const issuer = await issuerIn(stage, shortWindow);
    await issuer.place(orderNo);
    await issuer.message('order.paid', orderNo);
    await byOperator(stage, issuer, 'extend', { seconds: 5 });
    await until('the first end of the window', async () => {
      const { events } = await handleOf(stage, issuer).fetchHistory();
      return events?.some(({ timerFiredEventAttributes: fired }) => fired) ? true : undefined;
    });
    await issuer.verify(orderNo);
    await byOperator(stage, issuer, 'extend', { seconds: 5 });
    return idOf(issuer);
  },

  'locked-then-renotified': async (stage) => {
    const issuer = await issuerIn(stage, {});
    await issuer.place(orderNo);
    await issuer.message('order.paid', orderNo);
    for (let n = 0; n < 10; n += 1) await issuer.verify(orderNo, { amount: { value: 1, currency: 'EUR' } });
    await issuer.verify(orderNo);
    await byOperator(stage, issuer, 'renotify');
    await issuer.message('order.paid', orderNo, 2);
    await issuer.verify(orderNo);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'renotified-while-asking': async (stage) => {
    const issuer = await issuerIn(stage, { codeMode: 'request' }, answering({ status: 'issuing' }));
    await issuer.placeVerified(orderNo);
    await issuer.message('order.code_requested', orderNo);
    await byOperator(stage, issuer, 'renotify');
    await issuer.message('order.code_requested', orderNo, 2);
    await issuer.submit(orderNo, codes('a'));
    return idOf(issuer);
  },

  'after-sale-redeliver': async (stage) => {
    const issuer = await issuerIn(stage, webhook(stage, '/again'));
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, codes('a'));
    await issuer.inState(orderNo, 'delivered');
    await byOperator(stage, issuer, 'redeliver');
    const row = await stage.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo });
    return `after-sale/${row?._id}/redeliver-${row?.version}`;
  },

  'after-sale-void': async (stage) => {
    const issuer = await issuerIn(stage, webhook(stage, '/void'));
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, codes('a'));
    await issuer.inState(orderNo, 'delivered');
    await byOperator(stage, issuer, 'void', { reason: 'lost' });
    const id = `${issuer.issuerId}/${orderNo}`;
    return `after-sale/${id}/void-${itemsName(stage.platform.core.keys, ['a'])}`;
  },

  'events-once-more': async (stage) => {
    const issuer = await issuerIn(
      stage,
      { eventDelaysSeconds: [1] },
      { 'order.cancelled': async () => ({ status: 500 }) },
    );
    await issuer.place(orderNo);
    await issuer.cancel(orderNo);
    await issuer.message('order.cancelled', orderNo, 2);
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const { body } = await until('a replay', async () => {
      const answer = await issuer.post('/replays', { type: 'calls.replay', since });
      return answer.body.matched > 0 && answer;
    });
    return `replays/${issuer.issuerId}/${body.replayId}`;
  },

  reconcile: async ({ platform }) => {
    const workflowId = `reconcile-${randomUUID()}`;
    await platform.client.workflow.start(workflowNames.reconcile, { workflowId, taskQueue: platform.taskQueue });
    return workflowId;
  },

  comparison: async ({ platform }) => {
    const workflowId = `comparison-${randomUUID()}`;
    await platform.client.workflow.start(workflowNames.comparison, { workflowId, taskQueue: platform.taskQueue });
    return workflowId;
  },

  statements: async ({ platform }) => {
    const workflowId = `statements-${randomUUID()}`;
    await platform.client.workflow.start(workflowNames.statements, { workflowId, taskQueue: platform.taskQueue });
    return workflowId;
  },
} satisfies Record<string, Branch>;
