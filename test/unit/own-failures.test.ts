import { createOwnFailures } from '../../src/api/issuer/failures';
import { createRowReader } from '../../src/bounded/row-reader';
import { createCallReader } from '../../src/operator/calls/call-reader';
import type { OrderDeps } from '../../src/second-interface/ask-order';

const rowReader = createRowReader(() => undefined);
const asked = { limit: 20 };
const health = async () => ({ circuits: [], throttled: [] }) as never;

test('however often an issuer asks for its failures and calls, its orders are read for one at a time', async () => {
  const failing = jest.fn(async () => []);
  const timelinesOf = jest.fn(async () => []);
  const orders = { failing, timelinesOf } as unknown as OrderDeps['orders'];
  const ownFailures = createOwnFailures({ orders, rowReader });
  const calls = createCallReader({ orders, rowReader } as OrderDeps, health);
  const many = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, ask));
  await many(() => ownFailures('acme', undefined));
  await many(() => calls.list('acme', asked));
  // The first, and one for all who came while it ran; of failures there are five lists.
  expect([failing.mock.calls.length, timelinesOf.mock.calls.length]).toEqual([10, 2]);
});
