import { someAtOnce } from '../../src/bounded/some-at-once';
import { updatesPerRun } from '../../src/domain/timings';
import type { TestIssuer } from '../support/issuer';
import { often } from '../support/long-form';
import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile();
/** The long form repeats as often as the protocol promises. */
const repeats = often(20, 100_000);
const limitMs = often(120_000, 4 * 3_600_000);

const handleOf = ({ issuerId }: TestIssuer, orderNo: string) =>
  file.platform.client.workflow.getHandle(`order/${issuerId}/${orderNo}`);

const updatesIn = async (issuer: TestIssuer, orderNo: string): Promise<number> =>
  ((await handleOf(issuer, orderNo).fetchHistory()).events ?? []).filter(
    ({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted,
  ).length;

const code = (n: number) => ({ itemId: `item-${n}`, value: `BUDGET-${n}` });

test(
  'repeats of a verification and of codes do not reach the workflow, and hear what the first call heard',
  async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('repeated', { quantity: 3 });
    const verified = await issuer.verify('repeated', { quantity: 3 });
    expect((await issuer.submit('repeated', [code(1), code(2)])).status).toBe(201);
    expect(await updatesIn(issuer, 'repeated')).toBe(2);
    for (let n = 0; n < repeats; n += 1) {
      expect(await issuer.verify('repeated', { quantity: 3 })).toMatchObject({ status: 200, body: verified.body });
      expect(await issuer.submit('repeated', [code(1 + (n % 2))])).toMatchObject({
        status: 200,
        body: { accepted: 1, outstanding: 1 },
      });
    }
    expect(await updatesIn(issuer, 'repeated')).toBe(2);
    // What differs is judged by the order itself.
    expect((await issuer.submit('repeated', [{ ...code(1), itemId: 'other' }])).body.code).toBe('code_conflict');
    expect((await issuer.submit('repeated', [{ ...code(1), format: 'qr' }])).body.code).toBe('code_conflict');
    expect((await issuer.verify('repeated', { quantity: 2 })).body.code).toBe('quantity_mismatch');
    expect((await issuer.submit('repeated', [code(2), code(3)])).body).toEqual({ accepted: 2, outstanding: 0 });
    await issuer.inState('repeated', 'delivered');
    expect((await issuer.order('repeated')).body.codes).toEqual({ issued: 3, outstanding: 0 });
  },
  limitMs,
);

test(
  'an order that gets more calls with one code each than a run of its workflow takes is issued whole',
  async () => {
    const issuer = await file.issuer();
    const quantity = often(updatesPerRun + 10, 10_000);
    await issuer.placeVerified('one-by-one', { quantity });
    const statuses = new Map<number, number>();
    let next = 1;
    const caller = async () => {
      for (let n = next++; n < quantity; n = next++) {
        const { status } = await issuer.submit('one-by-one', [code(n)]);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all([caller(), caller(), caller()]);
    // However many came before it, there is room for what a person asks.
    const extended = await file.platform.operator('POST', `/orders/${issuer.issuerId}/one-by-one/extend`, {
      seconds: 60,
    });
    expect(extended.status).toBe(200);
    expect((await issuer.submit('one-by-one', [code(quantity)])).status).toBe(201);
    await issuer.inState('one-by-one', 'delivered');
    expect((await issuer.order('one-by-one')).body.codes).toEqual({ issued: quantity, outstanding: 0 });
    // A busy engine takes one as queued at times; none is turned away.
    expect([...statuses.keys()].filter((status) => status !== 201 && status !== 202)).toEqual([]);
  },
  limitMs,
);

test(
  'each call about an order of many dated codes adds its own codes to the history, and all are in the row after each',
  async () => {
    const issuer = await file.issuer();
    const known = 2_000;
    const singles = 100;
    await issuer.placeVerified('dated', { quantity: known + singles + 1 });
    const dated = (n: number) => ({
      ...{ itemId: String(n).padEnd(64, '-'), value: `DATED-${n}`, uses: 2 },
      ...{ startsAt: '2026-01-01T00:00:00Z', expiresAt: '2036-01-01T00:00:00Z' },
    });
    const some = (from: number, count: number) => Array.from({ length: count }, (_, n) => dated(from + n));
    for (let at = 0; at < known; at += 200) await issuer.submit('dated', some(at, 200));
    const historyBytes = async () => Number((await handleOf(issuer, 'dated').describe()).historySize);
    const inRow = async () => {
      const row = await file.platform.core.database.orders.findOne({ _id: `${issuer.issuerId}/dated` });
      return row?.facts.items?.map(({ itemId }) => itemId).sort();
    };
    const idsUpTo = (n: number) =>
      some(0, n)
        .map(({ itemId }) => itemId)
        .sort();
    const beforeBytes = await historyBytes();
    for (let n = 0; n < singles / 2; n += 1) await issuer.submit('dated', some(known + n, 1));
    expect(await inRow()).toEqual(idsUpTo(known + singles / 2));
    // Beside each other: none is shown without those that were judged before.
    const rest = Array.from({ length: singles / 2 }, (_, n) => known + singles / 2 + n);
    await someAtOnce(3, rest, (n) => issuer.submit('dated', some(n, 1)));
    expect(await inRow()).toEqual(idsUpTo(known + singles));
    expect((await historyBytes()) - beforeBytes).toBeLessThan(singles * 4 * 1024);
    expect((await issuer.submit('dated', some(known + singles, 1))).body.outstanding).toBe(0);
    await issuer.inState('dated', 'delivered');
  },
  limitMs,
);

test('a cancelled order answers a repeat with order_closed', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('cancelled', { quantity: 2 });
  await issuer.submit('cancelled', [code(1)]);
  expect((await issuer.cancel('cancelled')).status).toBe(200);
  expect((await issuer.verify('cancelled', { quantity: 2 })).body.code).toBe('order_closed');
  expect((await issuer.submit('cancelled', [code(1)])).body.code).toBe('order_closed');
});
