import { createRowReader } from '../../src/bounded/row-reader';
import { createConsoleSample } from '../../src/operator/overview/sample';
import type { SampledOrder } from '../../src/store/stats';

const startMs = Date.parse('2026-03-01T12:00:00.000Z');
const since = new Date(startMs);
const rowReader = createRowReader(() => undefined);

/** A store that keeps rows in memory and counts what is read from it. */
const storeOf = (rows: SampledOrder[]) => {
  const reads = { newest: 0, again: 0 };
  return {
    rows,
    reads,
    newest: async (from: Date, limit: number) => {
      const found = rows
        .filter(({ createdAt }) => createdAt >= from)
        .reverse()
        .slice(0, limit);
      reads.newest += found.length;
      return found;
    },
    again: async (ids: readonly string[]) => {
      const found = rows.filter(({ issuerId, orderNo }) => ids.includes(`${issuerId}/${orderNo}`));
      reads.again += found.length;
      return found;
    },
  };
};

const row = (n: number, state: SampledOrder['state'] = 'delivered'): SampledOrder => {
  const createdAt = new Date(startMs + n * 1_000);
  return {
    issuerId: 'acme',
    orderNo: `o-${n}`,
    position: `${createdAt.toISOString()}/acme/o-${n}`,
    state,
    createdAt,
    callsTriedAgain: 0,
    facts: { failures: 0, updatedAtMs: 0, delivery: { state: 'none', tries: 0 } },
  };
};

describe('the sample behind the overview', () => {
  test('after the first look only new and open orders are read, and no order is lost or counted twice', async () => {
    const store = storeOf(Array.from({ length: 1_000 }, (_, n) => row(n, n === 3 ? 'verified' : 'delivered')));
    const sample = createConsoleSample(store, rowReader);
    expect((await sample.read(since)).orders).toHaveLength(1_000);
    store.reads.newest = 0;
    store.rows.push(row(1_000, 'accepted'));
    store.rows[3] = row(3, 'delivered');
    const { orders, isCapped } = await sample.read(since);
    expect(orders.map(({ orderNo }) => orderNo)).toEqual([...store.rows].reverse().map(({ orderNo }) => orderNo));
    expect(orders.at(-4)?.state).toBe('delivered');
    expect(isCapped).toBe(false);
    expect([store.reads.newest <= 40, store.reads.again]).toEqual([true, 1]);
  });

  test('every open order has its turn, however many there are', async () => {
    const store = storeOf(Array.from({ length: 1_200 }, (_, n) => row(n, 'accepted')));
    const sample = createConsoleSample(store, rowReader);
    await sample.read(since);
    for (let n = 0; n < 1_200; n += 1) store.rows[n] = row(n, 'expired');
    let open = 1_200;
    for (let turn = 0; turn < 4; turn += 1) {
      const { orders } = await sample.read(since);
      open = orders.filter(({ state }) => state === 'accepted').length;
    }
    expect(open).toBe(0);
  });

  test('more orders than it keeps are said to be more, until those that are missing are out of the hour', async () => {
    const store = storeOf(Array.from({ length: 5_000 }, (_, n) => row(n)));
    const sample = createConsoleSample(store, rowReader);
    const first = await sample.read(since);
    expect([first.orders.length, first.orders[0]?.orderNo, first.isCapped]).toEqual([3_000, 'o-4999', true]);
    const later = await sample.read(new Date(startMs + 2_500_000));
    expect([later.orders.length, later.isCapped]).toEqual([2_500, false]);
  });

  test('a long time without a look leaves no gap that is not told', async () => {
    const store = storeOf([row(0)]);
    const sample = createConsoleSample(store, rowReader);
    await sample.read(since);
    store.rows.push(...Array.from({ length: 4_000 }, (_, n) => row(n + 1)));
    const { orders, isCapped } = await sample.read(since);
    expect([orders.length, orders.at(-1)?.orderNo, isCapped]).toEqual([3_000, 'o-1001', true]);
  });
});
