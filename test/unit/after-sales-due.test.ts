import type { OrderFacts } from '../../src/domain/order';
import { createKeyRing } from '../../src/sealing/key-ring';
import { afterSalesDue } from '../../src/second-interface/after-sale/start-after-sale';

/** What the engine takes in one payload. */
const payloadMaxBytes = 2 * 1024 * 1024;

test('of 10,000 codes that are void at once the terminal is told in calls that fit the engine, whatever they are named', () => {
  const itemIds = Array.from({ length: 10_000 }, (_, n) => String(n).padEnd(64, '\u0001'));
  const facts = { channel: 'webhook', delivery: { state: 'delivered', tries: 1 }, version: 9 } as OrderFacts;
  const event = { type: 'order.codes_void', sequence: 1, atMs: 1, state: 'delivered', itemIds } as const;
  const deps = { ring: createKeyRing([Buffer.alloc(32, 7)]), fingerprintKey: Buffer.alloc(32, 8) };
  const due = afterSalesDue(deps, { issuerId: 'acme', orderNo: 'A-1' }, facts, [event]);
  for (const one of due) expect(JSON.stringify(one).length).toBeLessThan(payloadMaxBytes);
  expect(due.flatMap((one) => one.itemIds ?? [])).toEqual(itemIds);
  expect(new Set(due.map(({ name }) => name)).size).toBe(due.length);
});
