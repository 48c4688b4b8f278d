import { finders } from '../../activities/find-trouble';
import { createReconcile, type Reconciling } from '../../activities/reconcile';
import { createRowReader } from '../../src/bounded/row-reader';
import { type Mode, testIdPrefix } from '../../src/domain/ids';
import { boundRow, ring } from '../support/database-of-file';

const testIssuer = `${testIdPrefix}${'0'.repeat(20)}`;
const none = async () => [];

interface Row {
  readonly _id: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly position: string;
  readonly createdAt: Date;
  readonly facts: { readonly state: 'accepted' };
}

const rowsOf = (issuerId: string, mark: string, count: number): Row[] =>
  Array.from({ length: count }, (_, n) => {
    const orderNo = String(n).padStart(4, '0');
    const position = `${mark}2026-01-01/${orderNo}`;
    const order = { createdAt: new Date(), facts: { state: 'accepted' as const } };
    return { _id: `${issuerId}/${orderNo}`, issuerId, orderNo, position, ...order };
  });

const eventOf = (sequence: number) =>
  ({ sequence, status: 'pending', atMs: 0, type: 'order.delivered', state: 'delivered' }) as const;

/** A reconciler that finds these orders everywhere; what it looks at is told by the issuer's id. */
const startReconciler = (
  rows: Readonly<Record<Mode, readonly Row[]>>,
  orphans: readonly Row[] = [],
  changes: (deps: Reconciling) => Partial<Reconciling> = () => ({}),
) => {
  const looked: string[] = [];
  const asked: string[] = [];
  const told: string[] = [];
  const deps = {
    orderDeps: {
      ring,
      nowMs: Date.now,
      rowReader: createRowReader(() => undefined),
      orders: {
        unstarted: none,
        waitingForVoid: none,
        withAfterSalesDue: none,
        withPendingEvents: async (_before: Date, _limit: number, mode: Mode) =>
          rows[mode].slice(0, 1).map(({ issuerId, orderNo }) => boundRow(orderNo, { issuerId, events: [eventOf(1)] })),
        deferEvents: async () => undefined,
        openAfter: async (after: string, _before: Date, limit: number, mode: Mode) =>
          rows[mode].filter(({ position }) => position > after).slice(0, limit),
        openOf: async (issuerId: string, _states: unknown, limit: number, after = '') =>
          orphans.filter((row) => row.issuerId === issuerId && row.position > after).slice(0, limit),
        find: async ({ issuerId, orderNo }: Row) => {
          asked.push(`${issuerId}/${orderNo}`);
          return null;
        },
      },
      codes: { unjudged: none },
      inbox: { waiting: none },
      replays: { running: none },
      gateway: { startEvent: async ({ issuerId }: Row) => told.push(issuerId) },
    },
    issuers: {
      ...{ endedTests: none, oldTombstones: none, findEver: async () => null, isDeleted: async () => true },
      buriedSince: async (_since: Date, _limit: number, mode: Mode) =>
        mode === 'live' ? [...new Set(orphans.map(({ issuerId }) => issuerId))].map((_id) => ({ _id })) : [],
    },
    requests: { abandoned: none },
    purge: { due: none, kept: none },
    troubles: {
      of: async ({ _id }: Row) => {
        looked.push(_id);
        return { isRunning: true };
      },
    },
    meter: { mended: () => undefined },
    log: { warn: () => undefined, error: () => undefined },
    nowMs: Date.now,
  } as unknown as Reconciling;
  const failing: boolean[] = [];
  const alert = async (isFailing: boolean) => {
    failing.push(isFailing);
    return { alertsRaised: 0, alertsCleared: 0, alertsSent: 0 };
  };
  const { reconcile } = createReconcile({ ...deps, ...changes(deps), alert });
  const pass = async () => {
    const seen = { looked: looked.length, told: told.length, asked: asked.length };
    await reconcile();
    return { looked: looked.slice(seen.looked), told: told.slice(seen.told), asked: asked.slice(seen.asked) };
  };
  return { pass, failing };
};

test('however many test orders are open, each pass looks at live ones, and what waits of these comes first', async () => {
  const { pass } = startReconciler({ live: rowsOf('shop', '', 1), test: rowsOf(testIssuer, 't', 250) });
  const passes = [await pass(), await pass(), await pass(), await pass()];
  expect(passes.map(({ looked }) => looked.filter((id) => id.startsWith('shop/')))).toEqual([
    ['shop/0000'],
    ['shop/0000'],
    ['shop/0000'],
    ['shop/0000'],
  ]);
  const ofTests = passes.map(({ looked }) => looked.filter((id) => id.startsWith(testIdPrefix)));
  expect(ofTests.map(({ length }) => length)).toEqual([100, 100, 50, 100]);
  expect(new Set(ofTests.slice(0, 3).flat()).size).toBe(250);
  for (const { told } of passes) expect(told).toEqual(['shop', testIssuer]);
});

test('more live orders than one pass looks at are looked at one after the other', async () => {
  const { pass } = startReconciler({ live: rowsOf('shop', '', 230), test: [] });
  const sizes = [];
  for (let n = 0; n < 4; n += 1) sizes.push((await pass()).looked.length);
  expect(sizes).toEqual([100, 100, 30, 100]);
});

test('what a deleted issuer left is looked at in turns: orders that cannot be cancelled keep none of another waiting', async () => {
  const orphans = [...rowsOf('gone', '', 150), ...rowsOf('left', '', 120)];
  const { pass } = startReconciler({ live: [], test: [] }, orphans);
  const passes = [await pass(), await pass(), await pass()];
  expect(passes.map(({ asked }) => asked.length)).toEqual([100, 100, 100]);
  expect(passes.flatMap(({ asked }) => asked).slice(0, 270)).toEqual(orphans.map(({ _id }) => _id));
});

test('passes that fail one after the other are a trouble, and one that ends well ends it', async () => {
  let isThere = false;
  const abandoned = async () => {
    if (!isThere) throw new Error('no row can be read');
    return [];
  };
  const { pass, failing } = startReconciler({ live: [], test: [] }, [], ({ requests }) => ({
    requests: { ...requests, abandoned },
  }));
  for (let n = 0; n < 3; n += 1) await expect(pass()).rejects.toThrow('no row can be read');
  isThere = true;
  await pass();
  expect(failing).toEqual([false, true, true, false]);
  const stuckOrders = async () => [];
  const said = async (isReconcilerFailing: boolean) =>
    (await finders.orders_stuck({ troubles: { stuckOrders }, isReconcilerFailing } as never)).map(
      ({ subject }) => subject,
    );
  expect([await said(true), await said(false)]).toEqual([['workers'], []]);
});

test('of an order that the platform did not write no event is begun, however many wait in its row', async () => {
  const forged = boundRow('forged', { quantity: 2, events: Array.from({ length: 1_000 }, (_, n) => eventOf(n + 1)) });
  const noted: string[] = [];
  const { pass } = startReconciler({ live: [], test: [] }, [], ({ orderDeps }) => ({
    orderDeps: {
      ...orderDeps,
      orders: {
        ...orderDeps.orders,
        withPendingEvents: async (_before, _limit, mode) => (mode === 'live' ? [forged] : []),
        noteTampered: async (id) => void noted.push(id),
      },
    },
  }));
  expect([(await pass()).told, noted]).toEqual([[], ['acme/forged']]);
});

test('replays are looked at in turns, by what they are sorted by', async () => {
  const after: string[] = [];
  const running = async (from: string) => {
    after.push(from);
    return Array.from({ length: 100 }, (_, n) => ({ _id: `shop/${n}`, issuerId: 'shop', running: `shop-${n}` }));
  };
  const { pass } = startReconciler({ live: [], test: [] }, [], ({ orderDeps }) => ({
    orderDeps: { ...orderDeps, replays: { running } as never },
  }));
  await pass();
  await pass();
  expect(after).toEqual(['', 'shop-99']);
});
