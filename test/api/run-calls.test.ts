import { randomUUID } from 'node:crypto';
import { keptOrders } from '../../src/conformance/kept-orders';
import { createPlay } from '../../src/conformance/play';
import { usualLimits } from '../../src/conformance/sending';
import { orderMaxBytes } from '../../src/conformance/stage-order';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile({ worker: false, sandboxAllow: ['127.0.0.0/8'] });
const prefix = 'conform-0123abcd';
afterEach(() => jest.restoreAllMocks());

/** An order of a run that runs, without anything that plays it. */
const orderOfRun = async ({ issuerId }: TestIssuer, given: { productName?: string } = {}) => {
  const { conformance, orderDeps } = file.platform.core;
  const { orders, runs } = conformance;
  jest.spyOn(runs, 'runningOf').mockImplementation(async () => ({ prefix }));
  const store = keptOrders(orders, orderDeps.ring, issuerId, prefix);
  const play = createPlay(
    {
      ...{ issuerId, codeMode: 'push', baseUrl: 'http://platform', secrets: [], store, callback: { kind: 'pull' } },
      ...{ fingerprintKey: orderDeps.fingerprintKey, nowMs: Date.now, limits: usualLimits.pull },
      signal: new AbortController().signal,
    },
    `${prefix}-a`,
  );
  const orderNo = await play.order(given);
  const row = () => file.platform.core.database.conformanceOrders.findOne({ _id: `${issuerId}/${orderNo}` });
  return {
    ...{ orders, orderNo, path: `/orders/${orderNo}` },
    heard: () => play.heard(orderNo),
    rowBytes: async () => (await row())?.sealed.length ?? 0,
  };
};

/** Of fields that nobody knows: each is told. */
const unfit = (orderNo: string, fields: number, nameChars: number) => {
  const name = (n: number) => `k${n}`.padEnd(nameChars, 'x');
  const code = (c: number) => Object.fromEntries(Array.from({ length: 49 }, (_, n) => [name(c * 100 + n), 1]));
  const codes = Array.from({ length: fields / 49 }, (_, n) => code(n));
  return JSON.stringify({ type: 'order.codes', orderNo, token: 't', codes });
};
const codes = (orderNo: string, value: string) =>
  JSON.stringify({ type: 'order.codes', orderNo, token: 't', codes: [{ itemId: '1', value }] });

test('of large bodies about orders of a run two are at work, as of all others of an issuer', async () => {
  const issuer = await file.issuer();
  const { path, orderNo, orders } = await orderOfRun(issuer);
  const find = orders.find.bind(orders);
  let go = () => {};
  const mayGo = new Promise<void>((resolve) => {
    go = resolve;
  });
  const found = jest.spyOn(orders, 'find').mockImplementation(async (id) => {
    await mayGo;
    return find(id);
  });
  const raw = unfit(orderNo, 49 * 40, 200);
  let refused = 0;
  const calls = Array.from({ length: 6 }, async () => {
    const answer = await issuer.post(`${path}/codes`, undefined, { raw });
    if (answer.status === 429) refused += 1;
    return answer;
  });
  await until('all are at work or refused', () => refused + found.mock.calls.length >= calls.length);
  go();
  const statuses = (await Promise.all(calls)).map(({ status }) => status).sort();
  expect(statuses).toEqual([422, 422, 429, 429, 429, 429]);
});

test('what a test issuer sends about its run is of its 32 MiB a day', async () => {
  const issuer = await file.sandboxIssuer();
  const { path, orderNo } = await orderOfRun(issuer);
  const { dayCounts } = file.platform.core.database;
  const _id = new RegExp(`^bytes/${issuer.issuerId}/`);
  const used = async () => (await dayCounts.findOne({ _id }))?.count ?? 0;
  const before = await used();
  const raw = unfit(orderNo, 490, 200);
  expect((await issuer.post(`${path}/codes`, undefined, { raw })).status).toBe(422);
  expect((await used()) - before).toBe(Buffer.byteLength(raw));
  await dayCounts.updateOne({ _id }, { $set: { count: 32 * 1_024 * 1_024 } });
  expectProblem(await issuer.post(`${path}/codes`, undefined, { raw }), 429, 'rate_limited');
});

test('a body is read once, however often its order changes meanwhile', async () => {
  const issuer = await file.issuer();
  const { path, orderNo, orders } = await orderOfRun(issuer);
  const looked = jest.spyOn(orders, 'holdsElsewhere');
  const replaced = jest.spyOn(orders, 'replace');
  for (let n = 0; n < 5; n += 1) replaced.mockResolvedValueOnce(false);
  const answer = await issuer.post(`${path}/codes`, undefined, { raw: codes(orderNo, 'A') });
  expectProblem(answer, 403, 'token_mismatch');
  expect([looked.mock.calls.length, replaced.mock.calls.length]).toEqual([1, 6]);
});

test('of a refusal that names everything an order keeps no more than that, and its repeat hears all of it again', async () => {
  const issuer = await file.issuer();
  const { path, orderNo, heard, rowBytes } = await orderOfRun(issuer);
  const raw = unfit(orderNo, 490, 400);
  const webhookId = randomUUID();
  const first = await issuer.post(`${path}/codes`, undefined, { raw, webhookId });
  expect([first.status, first.body.errors.length]).toEqual([422, 490 + 20]);
  const again = await issuer.post(`${path}/codes`, undefined, { raw, webhookId });
  expect([again.status, again.body.code, again.body.errors]).toEqual([422, 'body_invalid', first.body.errors]);
  const flaws = (await heard()).map(({ flaw = '' }) => flaw);
  expect(flaws).toEqual([expect.stringMatching(/^its body: \/codes\/0\//), flaws[0]]);
  expect(await rowBytes()).toBeLessThan(4 * 1_024);
});

test('what is judged is answered again as it was', async () => {
  const issuer = await file.issuer();
  const { path, orderNo } = await orderOfRun(issuer);
  const webhookId = randomUUID();
  const send = () => issuer.post(`${path}/codes`, undefined, { raw: codes(orderNo, 'A'), webhookId });
  const first = await send();
  expectProblem(first, 403, 'token_mismatch');
  expect((await send()).body).toEqual(first.body);
  const other = await issuer.post(`${path}/codes`, undefined, { raw: codes(orderNo, 'B'), webhookId });
  expectProblem(other, 422, 'idempotency_mismatch');
});

test('an order of a run takes 256 KiB, and tells whoever asks on', async () => {
  const issuer = await file.issuer();
  const { path, rowBytes, heard } = await orderOfRun(issuer, { productName: 'x'.repeat(orderMaxBytes - 2_500) });
  let answer = await issuer.get(path);
  for (let n = 0; n < 20 && answer.status === 200; n += 1) answer = await issuer.get(path);
  expectProblem(answer, 429, 'rate_limited');
  expect((await heard()).length).toBeGreaterThan(2);
  expect(await rowBytes()).toBeLessThan(orderMaxBytes + 100);
});

test('what nobody signed rightly is told in the report, and opens the order sixty times a minute', async () => {
  const issuer = await file.issuer();
  const { path, orders, heard } = await orderOfRun(issuer);
  const url = `${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}${path}/codes`;
  const opened = jest.spyOn(orders, 'find');
  for (let n = 0; n < 70; n += 1) {
    const answer = await fetch(url, { method: 'POST', body: '{}', headers: { 'webhook-id': 'w' } });
    expect(answer.status).toBe(401);
  }
  expect(opened).toHaveBeenCalledTimes(60);
  const lines = await heard();
  expect([lines.length, lines[0]?.flaw, lines[0]?.status]).toEqual([60, 'it lacks a signature header', 401]);
});
