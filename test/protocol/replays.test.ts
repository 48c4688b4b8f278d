import { randomUUID } from 'node:crypto';
import type { Reaction, TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();

const since = new Date(Date.now() - 3_600_000).toISOString();
const ask = (issuer: TestIssuer, body: object = {}, webhookId = randomUUID()): Promise<Answer> =>
  until('the replay to be answered', async () => {
    const answer = await issuer.post('/replays', { type: 'calls.replay', since, ...body }, { webhookId });
    return answer.status !== 503 && answer;
  });
const done = (issuer: TestIssuer, replayId: string): Promise<object> =>
  until('the replay to be done', async () => {
    const { status, body } = await issuer.get(`/replays/${replayId}`);
    return status === 200 && body.state === 'done' && body;
  });

const answering = (issuer: TestIssuer, reaction: Reaction): void => {
  for (const type of ['order.cancelled', 'order.refund_due']) issuer.on(type, reaction);
};

/** Orders whose `order.cancelled` and `order.refund_due` were given up. */
const withUntaken = async (orders: readonly string[], settings: Record<string, unknown> = {}): Promise<TestIssuer> => {
  const issuer = await file.issuer({ eventDelaysSeconds: [1], ...settings });
  answering(issuer, async () => ({ status: 500 }));
  for (const orderNo of orders) {
    await issuer.place(orderNo);
    expect((await issuer.cancel(orderNo)).status).toBe(200);
  }
  await until('all of them to be given up', async () => {
    const rows = await file.platform.core.database.orders.find({ issuerId: issuer.issuerId }).toArray();
    return rows.every(({ events }) => events.length === 2 && events.every(({ status }) => status === 'given_up'));
  });
  return issuer;
};

test.concurrent('what was not taken goes out once more, with the same bytes and ids, and is told of', async () => {
  const issuer = await withUntaken(['up-1', 'up-2']);
  expect([(await ask(issuer, { dryRun: true })).status, (await ask(issuer, { dryRun: true })).body]).toEqual([
    200,
    { matched: 4 },
  ]);
  expect((await ask(issuer, { dryRun: true, types: ['order.refund_due'] })).body).toEqual({ matched: 2 });
  expect((await ask(issuer, { dryRun: true, since: new Date(Date.now() + 60_000).toISOString() })).body).toEqual({
    matched: 0,
  });
  const before = await issuer.message('order.cancelled', 'up-1');
  const attempts = issuer.received.length;
  answering(issuer, async ({ data }) => ({ status: data.orderNo === 'up-2' ? 500 : 204 }));
  const webhookId = randomUUID();
  const begun = await ask(issuer, { types: ['order.cancelled'] }, webhookId);
  expect([begun.status, begun.body]).toEqual([202, { replayId: expect.any(String), matched: 2 }]);
  const { replayId } = begun.body;
  expect(await done(issuer, replayId)).toEqual({ replayId, state: 'done', matched: 2, sent: 2, taken: 1 });
  expect(issuer.received.length).toBe(attempts + 2);
  const again = issuer.received.filter(({ id }) => id === before.id).at(-1);
  expect(again?.raw).toBe(before.raw);
  // The same request is the same replay; another one finds what is still untaken.
  expect((await ask(issuer, { types: ['order.cancelled'] }, webhookId)).body).toEqual(begun.body);
  expect((await ask(issuer, { dryRun: true })).body).toEqual({ matched: 3 });
  const failures = (await issuer.get('/failures')).body.data;
  expect(failures.map(({ orderNo }: { orderNo: string }) => orderNo).sort()).toEqual(['up-1', 'up-2']);
});

test.concurrent('one at a time, none of a paused issuer, and a known one alone is shown', async () => {
  const issuer = await withUntaken(['one-1']);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  answering(issuer, async () => {
    await held;
    return { status: 204 };
  });
  const first = await ask(issuer);
  expect(first.status).toBe(202);
  expectProblem(await ask(issuer), 409, 'in_progress');
  expect((await issuer.get(`/replays/${first.body.replayId}`)).body).toMatchObject({ state: 'running', matched: 2 });
  release();
  expect(await done(issuer, first.body.replayId)).toMatchObject({ sent: 2, taken: 2 });
  const nothing = await ask(issuer);
  expect([nothing.status, nothing.body.matched]).toEqual([202, 0]);
  expect(await done(issuer, nothing.body.replayId)).toMatchObject({ matched: 0, sent: 0, taken: 0 });
  expectProblem(await issuer.get('/replays/nobody'), 404, 'replay_unknown');
  expectProblem(await (await file.issuer()).get(`/replays/${first.body.replayId}`), 404, 'replay_unknown');
  const early = new Date(Date.now() - 31 * 86_400_000).toISOString();
  expectProblem(await ask(issuer, { since: early }), 422, 'body_invalid', '/since');
  expectProblem(await ask(issuer, { types: [] }), 422, 'body_invalid', '/types');
  expectProblem(await ask(issuer, { types: ['order.paid'] }), 422, 'body_invalid', '/types/0');
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  expectProblem(await ask(issuer), 409, 'issuer_paused');
});

test.concurrent('who fetches is given them once more, and what it acknowledges is counted', async () => {
  const issuer = await file.issuer({ callback: { kind: 'pull' } });
  await issuer.place('pull-1');
  await issuer.cancel('pull-1');
  const fetched = new Map<string, number>();
  const fetchBoth = (attempt: number) =>
    until(`both events, attempt ${attempt}`, async () => {
      const { data = [] } = (await issuer.get('/messages?waitSeconds=2')).body;
      for (const one of data) if (one.type !== 'order.paid') fetched.set(one.id, one.attempt);
      return fetched.size === 2 && [...fetched.values()].every((n) => n === attempt);
    });
  await fetchBoth(1);
  const { replayId } = (await ask(issuer)).body;
  expect(await done(issuer, replayId)).toMatchObject({ matched: 2, sent: 2, taken: 0 });
  await fetchBoth(2);
  const results = [...fetched.keys()].map((id) => ({ id }));
  await issuer.post('/messages/acknowledgement', { type: 'messages.acknowledgement', results });
  expect(await done(issuer, replayId)).toMatchObject({ sent: 2, taken: 2 });
});

test('a replay that begins while no worker runs is done once one does', async () => {
  const issuer = await withUntaken(['later-1']);
  answering(issuer, async () => ({ status: 204 }));
  await file.platform.stopWorkers();
  const { status, body } = await ask(issuer);
  expect(status).toBe(202);
  expect((await issuer.get(`/replays/${body.replayId}`)).body).toMatchObject({ state: 'running', sent: 0 });
  await file.platform.startWorkers();
  expect(await done(issuer, body.replayId)).toMatchObject({ sent: 2, taken: 2 });
});

test.concurrent('a row that somebody else wrote keeps no replay from beginning', async () => {
  const issuer = await withUntaken(['blocked']);
  const { issuerId } = issuer;
  const forged = { _id: 'x', issuerId, running: issuerId, at: new Date(Date.now() + 1e10), events: [] };
  await file.platform.core.database.replays.insertOne({ ...forged, matched: 1, offset: 0, sent: 0, taken: 0 });
  answering(issuer, async () => ({ status: 204 }));
  const begun = await ask(issuer);
  expect(begun.status).toBe(202);
  expect(await done(issuer, begun.body.replayId)).toMatchObject({ matched: 2, taken: 2 });
});
