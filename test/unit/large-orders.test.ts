import type { Mount } from '../../src/api/edge/mount';
import { mountOrderOperations } from '../../src/api/issuer/order-operations';
import type { Route } from '../../src/contract/route';
import type { OrderDeps } from '../../src/second-interface/ask-order';

/** Its row is none of a database. */
jest.mock('../../src/second-interface/untouched-order', () => ({ requireUntouched: async () => undefined }));

/** A cancellation of an order with so many codes of which more is known than that they are there. */
const turnsOf = async (codes: number): Promise<number> => {
  const items = Array.from({ length: codes }, (_, n) => ({ itemId: `item-${n}`, expiresAtMs: n }));
  const row = {
    issuerId: 'stadium',
    orderNo: 'big',
    timeline: [],
    facts: { state: 'cancelled', issued: codes, items },
  };
  let turns = 0;
  const handled: Promise<unknown>[] = [];
  const mount = {
    issuer:
      ({ name }: Route, { begin }: { begin: (...given: unknown[]) => Promise<unknown> }) =>
      (handle: (call: object) => Promise<unknown>) => {
        if (name !== 'cancelOrder') return;
        const params = { orderNo: 'big' };
        handled.push(
          handle({
            ...{ params, body: { orderNo: 'big', reason: 'late' }, messageId: 'm', onceAnswered: () => undefined },
            begun: begin('stadium', params, () => undefined),
            onLargeOrder: (work: () => Promise<unknown>) => {
              turns += 1;
              return work();
            },
          }),
        );
      },
  } as unknown as Mount;
  mountOrderOperations(mount, { orders: { find: async () => row } } as unknown as OrderDeps);
  await Promise.allSettled(handled);
  expect(handled).toHaveLength(1);
  return turns;
};

test('calls about orders of a thousand codes and more take turns, and no others', async () => {
  expect([await turnsOf(999), await turnsOf(1_000)]).toEqual([0, 1]);
});
