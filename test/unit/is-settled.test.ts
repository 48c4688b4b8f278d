import { isSettled } from '../../src/second-interface/is-settled';
import type { OrderRow } from '../../src/store/orders';

const nowMs = 10_000_000;
const isSettledNow = (one: OrderRow): boolean => isSettled(one, nowMs);

const row = (changes: object, facts: object = {}): OrderRow =>
  ({
    facts: { state: 'delivered', sequence: 1, updatedAtMs: nowMs - 61_000, ...facts },
    version: 9,
    projected: 6,
    deliveredAt: new Date(),
    events: [{ sequence: 1 }],
    ...changes,
  }) as unknown as OrderRow;

test('an order whose workflow has written its end is settled, also where a repeat raised its version since', () => {
  expect(isSettledNow(row({}))).toBe(true);
  expect(isSettledNow(row({ projected: 9 }))).toBe(true);
  expect(isSettledNow(row({ projected: 9, deliveredAt: undefined }, { state: 'cancelled' }))).toBe(true);
});

test('an order whose end, or an event of it, is not written yet is not settled', () => {
  expect(isSettledNow(row({ deliveredAt: undefined }))).toBe(false);
  expect(isSettledNow(row({}, { sequence: 2 }))).toBe(false);
  expect(isSettledNow(row({}, { updatedAtMs: nowMs - 59_000 }))).toBe(false);
  expect(isSettledNow(row({}, { state: 'cancelled' }))).toBe(false);
  expect(isSettledNow(row({ projected: 9 }, { state: 'issued' }))).toBe(false);
});
