import type { Mount } from '../../src/api/edge/mount';
import { mountAfterSale } from '../../src/api/issuer/after-sale';
import { mountOrderOperations } from '../../src/api/issuer/order-operations';
import type { Route } from '../../src/contract/route';
import type { OrderDeps } from '../../src/second-interface/ask-order';

/** Its row is none of a database. */
jest.mock('../../src/second-interface/untouched-order', () => ({ requireUntouched: async () => undefined }));

type Facts = Readonly<Record<string, unknown>>;

/** How often a call about an order waits for its turn, and as how many codes it pays for. */
const costOf = async (name: string, facts: Facts, said: object = {}) => {
  const row = { issuerId: 'stadium', orderNo: 'big', timeline: [], facts: { state: 'delivered', items: [], ...facts } };
  const cost = { turns: 0, opened: 0 };
  const handled: Promise<unknown>[] = [];
  const mount = {
    issuer:
      (route: Route, { begin = async () => row }: { begin?: (...given: unknown[]) => Promise<unknown> } = {}) =>
      (handle: (call: object) => Promise<unknown>) => {
        if (route.name !== name) return;
        const params = { orderNo: 'big' };
        handled.push(
          handle({
            ...{ params, body: { orderNo: 'big', ...said }, messageId: 'm', onceAnswered: () => undefined },
            begun: begin('stadium', params, () => undefined),
            openCodes: (codes: number) => {
              cost.opened += codes;
            },
            onLargeOrder: (work: () => Promise<unknown>) => {
              cost.turns += 1;
              return work();
            },
          }),
        );
      },
  } as unknown as Mount;
  const deps = { orders: { find: async () => row } } as unknown as OrderDeps;
  mountOrderOperations(mount, deps);
  mountAfterSale(mount, deps, async () => null);
  await Promise.allSettled(handled);
  expect(handled).toHaveLength(1);
  return cost;
};

test('calls about orders of a thousand codes and more take turns, also where nothing but their number is known', async () => {
  const cancel = (facts: Facts) => costOf('cancelOrder', facts, { reason: 'late' });
  const items = Array.from({ length: 1_000 }, (_, n) => ({ itemId: `item-${n}`, expiresAtMs: n }));
  expect(await cancel({ issued: 999 })).toEqual({ turns: 0, opened: 999 });
  expect(await cancel({ issued: 1_000 })).toEqual({ turns: 1, opened: 1_000 });
  expect(await cancel({ issued: 1_000, items })).toEqual({ turns: 1, opened: 1_000 });
  expect(await cancel({ state: 'cancelled', issued: 0, voidAtClose: 1_000 })).toEqual({ turns: 1, opened: 1_000 });
});

test('a call that names codes pays for theirs, and one that opens none for none', async () => {
  const facts = { issued: 10_000 };
  expect(await costOf('voidItems', facts)).toMatchObject({ opened: 10_000 });
  expect(await costOf('voidItems', facts, { itemIds: ['a', 'b'] })).toEqual({ turns: 0, opened: 400 });
  expect(await costOf('submitCodes', facts, { codes: [] })).toEqual({ turns: 0, opened: 0 });
  expect(await costOf('verifyOrder', facts, { quantity: 1 })).toEqual({ turns: 0, opened: 0 });
});
