import { Registry } from 'prom-client';
import { troubleKinds } from '../../src/domain/trouble';
import { registerOrderGauges } from '../../src/metrics/order-gauges';
import type { Stats } from '../../src/store/stats';

const countedPage = () => {
  const registry = new Registry();
  const state = { nowMs: 1_000_000, asked: 0, isAway: false, reconciledAt: undefined as Date | undefined };
  const answer = async (count: number): Promise<number> => {
    state.asked += 1;
    if (state.isAway) throw new Error('the database is away');
    return count;
  };
  const stats = {
    count: () => answer(3),
    oldest: async () => [{ createdAt: new Date(state.nowMs - 60_000) }],
    countIssuers: () => answer(2),
    countPendingEvents: () => answer(1),
    countRaised: () => answer(1),
    countUnstarted: () => answer(0),
  } as unknown as Stats;
  const engine = { lastReconciledAt: async () => state.reconciledAt };
  registerOrderGauges({ registry, stats, engine, nowMs: () => state.nowMs });
  return { state, read: () => registry.metrics() };
};

/** Six open states, two of issuers, two backlogs, and one a kind of alert. */
const questionsOfOneReading = 10 + troubleKinds.length;

test('however many scrape at once, and however often, the database is asked once in fifteen seconds', async () => {
  const { state, read } = countedPage();
  const pages = await Promise.all([read(), read(), read()]);
  expect(new Set(pages).size).toBe(1);
  await read();
  expect(state.asked).toBe(questionsOfOneReading);
  state.nowMs += 15_000;
  await read();
  expect(state.asked).toBe(2 * questionsOfOneReading);
});

test('while the database is away no old count is shown as today’s, and the next scrape asks again', async () => {
  const { state, read } = countedPage();
  expect(await read()).toMatch(/^codeferry_orders\{state="issued"\} 3$/m);
  state.isAway = true;
  state.nowMs += 15_000;
  const away = await read();
  expect(away).toMatch(/^codeferry_order_counts_up 0$/m);
  expect(away).not.toMatch(/^codeferry_(orders|oldest_order_seconds|issuers|orders_unstarted|orders_with_\w+)[ {]/m);
  state.isAway = false;
  const back = await read();
  expect(back).toMatch(/^codeferry_order_counts_up 1$/m);
  expect(back).toMatch(/^codeferry_orders_unstarted 0$/m);
  expect(back).toMatch(/^codeferry_oldest_order_seconds\{state="verified"\} 60$/m);
});

test('the age of the last pass of the reconciler is told once there was one', async () => {
  const { state, read } = countedPage();
  expect(await read()).not.toMatch(/^codeferry_reconciler_age_seconds /m);
  state.reconciledAt = new Date(state.nowMs);
  state.nowMs += 20_000;
  expect(await read()).toMatch(/^codeferry_reconciler_age_seconds 20$/m);
});
