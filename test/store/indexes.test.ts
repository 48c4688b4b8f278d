import type { CommandStartedEvent, Document, IndexDescription } from 'mongodb';
import type { SubmissionRow } from '../../src/store/codes';
import { type Database, openDatabase } from '../../src/store/database';
import { ensureIndexes } from '../../src/store/indexes';
import { createOrders } from '../../src/store/orders';
import { callsInSource, collections, heardCalls } from '../support/calls-of-the-store';
import { acceptedRow, callLimitMs, codesOf, uriOfOwnDatabase } from '../support/database-of-file';
import { everyQuery } from '../support/every-query';
import { type Index, type Query, queriesOf, textOf, usesOf } from '../support/index-use';
import { exactQueries } from './exact-queries';

/** Queries that examine more than they answer with: which index narrows them, and how much there is to examine at most. */
const accepted: Record<
  string,
  { readonly index: string | undefined; readonly ofFormerRows?: string; readonly examined: string }
> = {
  'a batch over a product': {
    index: 'by_product',
    examined: 'what the product has of other issuers and in other states is passed over',
  },
  'search by the beginning of an order number': {
    index: 'by_order_no_in_any_case',
    ofFormerRows: 'by_order_no',
    examined: 'all numbers that begin so, or the newest orders until a page is full, whichever is less',
  },
  'search by the beginning of an order number of an issuer': {
    index: 'by_issuer_number',
    examined: 'all its numbers that begin so, and its rows of before that have no such field',
  },
  'conformance runs': {
    index: 'one_running_per_issuer',
    examined: 'those that were lost are passed over: one an issuer',
  },
  'orders of a payment': { index: 'by_payment', examined: 'all orders of one payment: they are few' },
  'orders of a payer': { index: 'by_payer', examined: 'all orders of one payer' },
  'reconciler: orders that should run': {
    index: 'by_state',
    examined: 'those whose workflow is not known to run are passed over',
  },
  'reconciler: orders to be purged': {
    index: 'by_state',
    examined: 'those that ended late, or have an event to tell, are passed over',
  },
  'reconciler: old orders that a mark keeps': {
    index: 'by_state',
    examined: 'those that end in this very pass are passed over: what else is as old is purged',
  },
  'reconciler: replays that run': {
    index: 'one_running_per_issuer',
    examined: 'those that began a moment ago are passed over: one of each issuer at most',
  },
  'changed orders of an issuer': {
    index: 'by_issuer_change',
    examined: 'those that changed in the millisecond of the page before are passed over',
  },
  'orders of an issuer by payment': { index: 'by_payment', examined: 'all orders of that payment' },
  'orders that went to an address': {
    index: 'by_order_no_in_any_case',
    ofFormerRows: 'by_order_no',
    examined: 'all orders of one number, within the time of a call: an issuer has one, in each case',
  },
  'later deliveries that failed': { index: 'by_delivery_failed', examined: 'test orders are passed over' },
  'void requests that wait for a person': { index: 'by_void_waits', examined: 'test orders are passed over' },
  'messages that came back': { index: 'by_bounced', examined: 'test orders are passed over' },
  'orders paid twice': { index: 'by_paid_twice', examined: 'test orders are passed over' },
  'orders whose buyer reported a code': { index: 'by_code_reported', examined: 'test orders are passed over' },
  'events given up': { index: 'by_events_given_up', examined: 'test orders are passed over' },
  'reconciler: codes without a verdict': {
    index: 'by_verdict_missing',
    examined: 'those of test orders are passed over',
  },
  'reconciler: messages in the inbox': { index: 'by_time', examined: 'those of test orders are passed over' },
  'reconciler: orders without a workflow': { index: 'by_unstarted', examined: 'test orders are passed over' },
  'void requests that wait': { index: 'by_void_waits', examined: 'test orders are passed over' },
  'reconciler: what terminals have to hear': { index: 'by_after_sales_due', examined: 'test orders are passed over' },
  'reconciler: events to be told': { index: 'by_events_pending', examined: 'test orders are passed over' },
  'purge of an order': { index: 'by_order', examined: 'all calls of one order' },
  'codes of an order': { index: 'by_order', examined: 'all calls of one order' },
  'some codes of an order': { index: 'by_order', examined: 'all calls of one order' },
  'list of issuers': { index: '_id_', examined: 'deleted ones are passed over' },
  'rows that no start has sealed': { index: undefined, examined: 'all rows, at the first start alone' },
  'issuers in a state': { index: undefined, examined: 'all issuers: they are few' },
  'issuers that somebody else wrote to': { index: undefined, examined: 'all issuers: they are few' },
  'orders of a test issuer that wait': { index: 'by_issuer', examined: 'orders of one test issuer: 500 a day' },
  'issuers that were deleted lately': { index: undefined, examined: 'all issuers: they are few' },
  'sessions that ended at the OpenID provider': { index: undefined, examined: 'ten sessions an operator at most' },
  'conformance orders': { index: 'by_run', examined: 'orders of one run' },
  'the audit log': { index: 'by_position', examined: 'what was only asked or refused is passed over' },
  'the audit log of an operator': { index: 'by_actor', examined: 'what was only asked or refused is passed over' },
  'an action in the audit log': { index: 'by_action', examined: 'what has another phase is passed over' },
  'sign-ins in the audit log': { index: 'by_action', examined: 'what has another phase is passed over' },
  'the audit log without sign-ins': { index: 'by_position', examined: 'sign-ins are passed over' },
  'a target in the audit log': { index: 'by_target', examined: 'what was only asked or refused is passed over' },
  'the chain of the audit log': {
    index: '_id_',
    examined: 'what is no entry of it is passed over: nobody puts any there',
  },
  'workers that report': { index: 'forget', examined: 'those that left within ten minutes are passed over' },
};

interface Seen {
  readonly step: string;
  readonly query: Query;
}

const uri = new URL(uriOfOwnDatabase());
uri.searchParams.set('monitorCommands', 'true');
const seen: Seen[] = [];
const heard = heardCalls();
let database: Database;
let indexes: Record<string, Index[]>;

const indexesOf = async (name: string): Promise<Index[]> => (await database.db.collection(name).indexes()) as Index[];
const of = (name: string): Index[] => indexes[name] ?? [];

beforeAll(async () => {
  database = openDatabase(uri.href, callLimitMs);
  await ensureIndexes(database);
  let step = '';
  const listen = (event: CommandStartedEvent) => {
    seen.push(...queriesOf(event).map((query) => ({ step, query })));
  };
  const steps = everyQuery(database);
  database.db.client.on('commandStarted', listen);
  for (const [name, run] of Object.entries(steps)) {
    step = name;
    await run();
  }
  database.db.client.off('commandStarted', listen);
  indexes = Object.fromEntries(
    await Promise.all(collections.map(async (name) => [name, await indexesOf(name)] as const)),
  );
});
afterAll(async () => {
  await database.db.dropDatabase();
  await database.close();
});

/** What the queries get of these indexes: one line each, the same where nothing changed. */
const servedBy = (some: (name: string) => Index[]): string[] =>
  seen.map(({ step, query }) => {
    const uses = usesOf(query, some(query.collection));
    const [best] = uses;
    if (best?.isExact) return 'exact';
    const known = accepted[step];
    const isAsKnown =
      known &&
      (known.index === undefined || uses.some(({ index }) => index === known.index || index === known.ofFormerRows));
    return isAsKnown ? 'accepted' : `${step}: ${textOf(query)}`;
  });
const unserved = (some = of): string[] => servedBy(some).filter((line) => line !== 'exact' && line !== 'accepted');

test('each place in src/store that asks something of a collection is among the queries', () => {
  const places = callsInSource();
  const reached = new Set(places.filter(({ at }) => heard.has(at)).map(({ words }) => words));
  expect(places.length).toBeGreaterThan(90);
  expect(places.filter(({ words }) => !reached.has(words))).toEqual([]);
});

test('an index serves each query to the last row, but for those whose bound is known', () => {
  expect(unserved()).toEqual([]);
  const known = seen.filter((_, n) => servedBy(of)[n] === 'accepted').map(({ step }) => step);
  expect([...new Set(known)].sort()).toEqual(Object.keys(accepted).sort());
});

test('each index is needed: without it a query has none', () => {
  const all = Object.entries(indexes).flatMap(([collection, some]) => some.map((index) => ({ collection, index })));
  const idle = all.filter(({ collection, index }) => {
    const without = unserved((name) => of(name).filter((one) => name !== collection || one !== index));
    // `forget` is the database's own: it removes by that.
    return without.length === 0 && index.name !== 'forget' && index.name !== '_id_';
  });
  expect(idle.map(({ collection, index }) => `${collection}.${index.name}`)).toEqual([]);
  expect(all.length).toBeGreaterThan(20);
});

test('exact-queries.ts says which query uses which index', () => {
  const found = new Map<string, Set<string>>();
  for (const { step, query } of seen) {
    const [best] = usesOf(query, of(query.collection));
    if (!best?.isExact || best.index === '_id_') continue;
    const place = `${query.collection}.${best.index}`;
    found.set(place, (found.get(place) ?? new Set()).add(step));
  }
  expect(Object.fromEntries([...found].map(([place, steps]) => [place, [...steps]]))).toEqual(exactQueries);
});

describe('the database itself', () => {
  const explained = async (collection: string, filter: Document, sort: Document = {}) => {
    const plan = await database.db.collection(collection).find(filter).sort(sort).explain('executionStats');
    const { totalDocsExamined, nReturned } = plan.executionStats;
    return {
      scansAll: JSON.stringify(plan.queryPlanner.winningPlan).includes('COLLSCAN'),
      totalDocsExamined,
      nReturned,
    };
  };
  const many = 300;
  test('examines three rows of three hundred where three are meant', async () => {
    const at = new Date();
    const later = new Date(at.getTime() + 60_000);
    const rows = Array.from({ length: many }, (_, n) => {
      const { unstartedSince, ...row } = acceptedRow(`many-${n}`);
      const waits = { unstartedSince, eventsPendingSince: at, eventsGivenUpAt: at };
      return { ...row, ...(n < 3 ? waits : {}) };
    });
    await database.orders.deleteMany({});
    await database.orders.insertMany(rows);
    const few = { scansAll: false, totalDocsExamined: 3, nReturned: 3 };
    for (const field of ['unstartedSince', 'eventsPendingSince', 'eventsGivenUpAt']) {
      expect([field, await explained('orders', { [field]: { $lt: later } }, { [field]: 1 })]).toEqual([field, few]);
      expect([field, await explained('orders', { [field]: { $exists: true } })]).toEqual([field, few]);
    }
    const one = { scansAll: false, totalDocsExamined: 1, nReturned: 1 };
    expect(await explained('orders', { pickupHash: rows[7]?.pickupHash })).toEqual(one);
    expect(await explained('orders', { orderNo: { $gte: 'many-77', $lt: 'many-77\uffff' } })).toEqual(one);
    expect((await explained('orders', { position: { $lt: 'z' } }, { position: -1 })).scansAll).toBe(false);
    expect((await explained('orders', { state: 'accepted' }, { position: -1 })).scansAll).toBe(false);
  });

  test('reads for what an issuer asks of its own no row of another one, however many those have', async () => {
    const rows = Array.from({ length: many }, (_, n) => {
      const own = { issuerId: 'own', _id: `own/${n}` };
      const at = new Date(n);
      const marks = { bouncedAt: at, eventsGivenUpAt: at, voidWaits: { state: 'undecided' as const, at } };
      return { ...acceptedRow(`many-${n}`), ...(n % 2 ? own : {}), ...(n % 2 === 0 || n < 6 ? marks : {}) };
    });
    await database.orders.deleteMany({});
    await database.orders.insertMany(rows);
    const hear = ({ commandName, command }: CommandStartedEvent): void => {
      if (commandName === 'find') filters.push({ filter: command.filter, sort: command.sort });
    };
    const filters: { filter: Document; sort: Document }[] = [];
    database.db.client.on('commandStarted', hear);
    const orders = createOrders(database);
    for (const what of ['bounced', 'given_up', 'undecided'] as const) {
      expect(await orders.failing('own', what)).toHaveLength(3);
    }
    database.db.client.off('commandStarted', hear);
    const few = { scansAll: false, totalDocsExamined: 3, nReturned: 3 };
    for (const { filter, sort } of filters) {
      const byField = Object.fromEntries(sort instanceof Map ? sort : Object.entries(sort));
      expect([filter, await explained('orders', filter, byField)]).toEqual([filter, few]);
    }
  });

  test('finds who holds a code without reading all submissions', async () => {
    await database.submissions.deleteMany({});
    const rows = Array.from({ length: many }, (_, n) => ({
      _id: `${n}`,
      orderId: `o-${n}`,
      claims: [`c-${n}`, `d-${n}`],
    }));
    await database.submissions.insertMany(rows as unknown as SubmissionRow[]);
    const one = { scansAll: false, totalDocsExamined: 1, nReturned: 1 };
    expect(await explained('submissions', { claims: { $in: ['d-7', 'none'] } })).toEqual(one);
    expect(await explained('submissions', { orderId: 'o-7' })).toEqual(one);
  });
});

describe('a database whose indexes are partial, as they were before', () => {
  const partial = (name: string, field: string, unique = false): IndexDescription => ({
    name,
    key: { [field]: 1 },
    ...(unique ? { unique } : {}),
    partialFilterExpression: { [field]: { $exists: true } },
  });
  let older: Database;
  beforeAll(async () => {
    older = openDatabase(uriOfOwnDatabase(), callLimitMs);
    await older.orders.createIndexes([
      partial('by_pending_event', 'eventsPendingSince'),
      partial('by_event_given_up', 'eventsGivenUpAt'),
      partial('by_missing_start', 'unstartedSince'),
      { name: 'made_by_an_operator', key: { quantity: 1 } },
    ]);
    await older.submissions.createIndexes([
      partial('one_order_per_code', 'claims', true),
      partial('by_unjudged', 'unjudgedSince'),
    ]);
    await older.requests.createIndexes([partial('by_lease', 'leaseUntil')]);
    await older.alerts.createIndexes(
      ['webhook', 'email'].map((receiver) => partial(`by_untold_${receiver}`, `untold.${receiver}.nextAt`)),
    );
    await older.orderSettings.createIndexes([
      {
        name: 'by_product',
        key: { issuerId: 1, productId: 1 },
        partialFilterExpression: { issuerId: { $exists: true } },
      },
    ]);
  });
  afterAll(async () => {
    await older.db.dropDatabase();
    await older.close();
  });

  const codes = () => codesOf(older);
  const submission = (orderNo: string, values: readonly string[]) => ({
    _id: `acme/${orderNo}/u`,
    orderId: `acme/${orderNo}`,
    issuerId: 'acme',
    orderNo,
    updateId: 'u',
    codes: values.map((value) => ({
      itemId: value,
      fingerprint: 'f',
      valueFingerprint: value,
      sealed: Buffer.from('s'),
    })),
    at: new Date(),
  });

  test('is started on by three processes at once, and has the new indexes and none of the former', async () => {
    await codes().claimFor(submission('before', ['v1', 'v2']));
    await Promise.all([ensureIndexes(older), ensureIndexes(older), ensureIndexes(older)]);
    for (const { collectionName } of [
      older.orders,
      older.submissions,
      older.requests,
      older.alerts,
      older.orderSettings,
    ]) {
      const names = (await older.db.collection(collectionName).indexes()).map(({ name }) => name);
      const expected = of(collectionName).map(({ name }) => name);
      const extra = collectionName === 'orders' ? ['made_by_an_operator'] : [];
      expect(names.sort()).toEqual([...expected, ...extra].sort());
    }
    await ensureIndexes(older);
  });

  test('guards the codes that it had, each value for itself, and lets rows without claims be many', async () => {
    expect(await codes().claimFor(submission('after', ['v3', 'v2']))).toMatchObject({ kind: 'reused' });
    expect(await codes().claimFor(submission('other', ['v3']))).toMatchObject({ kind: 'claimed' });
    for (const orderNo of ['late-1', 'late-2', 'late-3']) await codes().keepLate(submission(orderNo, ['v1']));
    expect(await older.submissions.countDocuments({ status: 'late' })).toBe(3);
  });
});
