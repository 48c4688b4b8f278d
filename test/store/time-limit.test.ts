import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../src/dev/embedded-mongo';
import { type Database, openDatabase } from '../../src/store/database';
import { ensureIndexes } from '../../src/store/indexes';
import { createOrders } from '../../src/store/orders';
import { createRequests } from '../../src/store/requests';
import { isStoreError } from '../../src/store/store-errors';
import { acceptedRow } from '../support/database-of-file';
import { until } from '../support/until';

/** The store's own limit is 4 s; a busy machine may notice the end a good deal later. */
const limitMs = 12_000;
let folder: string;
let server: EmbeddedMongo;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codeferry-stopped-'));
  server = await startEmbeddedMongo({ dataDir: folder });
  database = openDatabase(server.uri);
  await ensureIndexes(database);
});

afterAll(async () => {
  process.kill(server.pid, 'SIGCONT');
  await database.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('against a database that hangs, every call fails within its limit, and works again once it goes on', async () => {
  const orders = createOrders(database);
  const requests = createRequests(database);
  await orders.insertAccepted(acceptedRow('before'));

  process.kill(server.pid, 'SIGSTOP');
  // A signal takes a moment on a busy machine.
  await until('the database hangs', () =>
    database.ping().then(
      () => false,
      () => true,
    ),
  );
  const calls: Record<string, () => Promise<unknown>> = {
    ping: () => database.ping(),
    find: () => orders.find({ issuerId: 'acme', orderNo: 'before' }),
    insert: () => orders.insertAccepted(acceptedRow('hanging')),
    list: () => orders.list({ limit: 10 }),
    view: () => orders.writeView(acceptedRow('before'), acceptedRow('before').facts, []),
    reserve: () => requests.reserve('acme/x', '/p', 'h', Date.now()),
  };
  const outcomes = await Promise.all(
    Object.entries(calls).map(async ([name, call]) => {
      const startedMs = Date.now();
      const problem = await call().then(
        () => 'no problem',
        (error: unknown) => (isStoreError(error) ? 'unavailable' : error),
      );
      return { name, problem, isInTime: Date.now() - startedMs < limitMs };
    }),
  );
  expect(outcomes).toEqual(Object.keys(calls).map((name) => ({ name, problem: 'unavailable', isInTime: true })));

  process.kill(server.pid, 'SIGCONT');
  await database.ping();
  expect((await orders.find({ issuerId: 'acme', orderNo: 'before' }))?.orderNo).toBe('before');
});
