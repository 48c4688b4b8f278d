import { isSettled } from '../../src/second-interface/is-settled';
import type { OrderRow } from '../../src/store/orders';

const row = (changes: object, facts: object = {}): OrderRow =>
  ({
    facts: { state: 'delivered', sequence: 1, ...facts },
    version: 9,
    projected: 6,
    deliveredAt: new Date(),
    events: [{ sequence: 1 }],
    ...changes,
  }) as unknown as OrderRow;

test('an order whose workflow has written its end is settled, also where a repeat raised its version since', () => {
  expect(isSettled(row({}))).toBe(true);
  expect(isSettled(row({ projected: 9 }))).toBe(true);
  expect(isSettled(row({ projected: 9, deliveredAt: undefined }, { state: 'cancelled' }))).toBe(true);
});

test('an order whose end, or an event of it, is not written yet is not settled', () => {
  expect(isSettled(row({ deliveredAt: undefined }))).toBe(false);
  expect(isSettled(row({}, { sequence: 2 }))).toBe(false);
  expect(isSettled(row({}, { state: 'cancelled' }))).toBe(false);
  expect(isSettled(row({ projected: 9 }, { state: 'issued' }))).toBe(false);
});
