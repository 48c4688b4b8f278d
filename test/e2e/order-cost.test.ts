import { BSON, type CommandStartedEvent, MongoClient } from 'mongodb';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

interface DatabaseCall {
  readonly collection: string;
  readonly command: string;
  readonly does: string;
}

// Api and workers run in this process: every client that they open tells of its commands.
const heard: { by?: (event: CommandStartedEvent) => void } = {};
const emit = MongoClient.prototype.emit as (...words: unknown[]) => boolean;
Object.assign(MongoClient.prototype, {
  emit(this: MongoClient, ...words: unknown[]): boolean {
    if (words[0] === 'commandStarted') heard.by?.(words[1] as CommandStartedEvent);
    return emit.apply(this, words);
  },
});

const watched = new URL(process.env.TEST_MONGODB_URI ?? '');
watched.searchParams.set('monitorCommands', 'true');
const file = platformOfFile({ mongodbUri: watched.href });
/** What the test itself reads is not counted. */
const unwatched = new MongoClient(process.env.TEST_MONGODB_URI ?? '', { promoteBuffers: true });
let terminal: TestTerminal;
beforeAll(async () => {
  terminal = await startTerminal();
});
afterAll(async () => {
  await unwatched.close();
  await terminal.stop();
});

const writeCommands = ['insert', 'update', 'delete', 'findAndModify'];

/** What a write changes, by names of fields and of timeline lines: enough to tell one step from another. */
const doing = ({ commandName, command }: CommandStartedEvent): string => {
  if (commandName === 'insert') return 'insert';
  const changes = command.updates?.[0]?.u ?? {};
  const lines = Object.entries<{ $each?: readonly { event: string }[] }>(changes.$push ?? {})
    .filter(([list]) => list === 'timeline' || list.startsWith('callLines.'))
    .flatMap(([, { $each = [] }]) => $each.map(({ event }) => event));
  const events = changes.$push?.events ? ['events'] : [];
  return (
    [...Object.keys(changes.$set ?? {}), ...lines, ...events].join(' ') || Object.keys(changes.$unset ?? {}).join(' ')
  );
};

const listen = (): DatabaseCall[] => {
  const calls: DatabaseCall[] = [];
  heard.by = (event) => {
    const collection: unknown = event.command[event.commandName];
    if (event.databaseName !== file.platform.databaseName || typeof collection !== 'string') return;
    // Each worker reports there every five seconds, whether or not there are orders.
    if (collection === 'workers') return;
    calls.push({ collection, command: event.commandName, does: doing(event) });
  };
  return calls;
};

const counted = (calls: readonly DatabaseCall[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { collection, command } of calls) {
    const name = `${collection} ${command}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

interface Row {
  readonly _id: string;
  readonly state: string;
  readonly events: readonly unknown[];
}

const code = (orderNo: string) => ({ itemId: 'a', value: `COST-${orderNo}` });
const rows = (collection: string) => unwatched.db(file.platform.databaseName).collection<Row>(collection);
const rowOf = ({ issuerId }: TestIssuer, orderNo: string) => rows('orders').findOne({ _id: `${issuerId}/${orderNo}` });
const handleOf = ({ issuerId }: TestIssuer, orderNo: string) =>
  file.platform.client.workflow.getHandle(`order/${issuerId}/${orderNo}`);

/** Each step is waited for, as in size.test.ts; the last of all is that the event is told and marked in the row. */
const play = async (issuer: TestIssuer, orderNo: string, codes: 'submitted' | 'answered'): Promise<void> => {
  expect((await issuer.place(orderNo)).status).toBe(201);
  await issuer.message('order.paid', orderNo);
  await until(`${orderNo} notified`, async () => (await rowOf(issuer, orderNo))?.state === 'notified');
  expect((await issuer.verify(orderNo)).status).toBe(200);
  if (codes === 'submitted') expect((await issuer.submit(orderNo, [code(orderNo)])).status).toBe(201);
  await handleOf(issuer, orderNo).result();
  await until(`the event of ${orderNo} marked`, async () => {
    const row = await rowOf(issuer, orderNo);
    return row?.state === 'delivered' && row.events.length > 0 && !('eventsPendingSince' in row);
  });
};

const bytesOf = async (issuer: TestIssuer, orderNo: string): Promise<Record<string, number>> => {
  const { raw } = await handleOf(issuer, orderNo).describe();
  const order = `${issuer.issuerId}/${orderNo}`;
  const inBytes = async (collection: string, filter: object): Promise<number> =>
    (await rows(collection).find(filter).toArray()).reduce((sum, row) => sum + BSON.calculateObjectSize(row), 0);
  return {
    transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount),
    history: Number(raw.workflowExecutionInfo?.historySizeBytes),
    orders: await inBytes('orders', { _id: order }),
    submissions: await inBytes('submissions', { orderId: order }),
    // All orders of this file so far, as a request does not name its order.
    requests: (await inBytes('requests', {})) / (await rows('orders').countDocuments({})),
  };
};

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const ordersPlayed = 3;

/** The writes of an order that meets nothing on its way: the cheapest of a few, as a busy machine makes a client repeat. */
const costOf = async (issuer: TestIssuer, codes: 'submitted' | 'answered') => {
  const played: { writes: DatabaseCall[]; reads: DatabaseCall[]; orderNo: string }[] = [];
  for (let n = 0; n < ordersPlayed; n += 1) {
    const calls = listen();
    const orderNo = `cost-${n}`;
    await play(issuer, orderNo, codes);
    const isWrite = ({ command }: DatabaseCall): boolean => writeCommands.includes(command);
    played.push({ writes: calls.filter(isWrite), reads: calls.filter((call) => !isWrite(call)), orderNo });
  }
  const [cheapest] = played.sort((a, b) => a.writes.length - b.writes.length);
  if (!cheapest) throw new Error('no order was played');
  const { writes, reads, orderNo } = cheapest;
  const bytes = await bytesOf(issuer, orderNo);
  if (process.env.MEASURE === 'print') {
    const lines = writes.map(({ collection, command, does }) => `  ${collection} ${command}: ${does}`);
    process.stderr.write(
      `${[`writes ${writes.length}`, ...lines, `reads ${JSON.stringify(counted(reads))}`, JSON.stringify(bytes)].join('\n')}\n`,
    );
  }
  return { writes: counted(writes), bytes };
};

const ways = [
  {
    codes: 'submitted',
    channel: 'page',
    writes: {
      'orders insert': 1,
      'orders update': 4,
      'requests insert': 3,
      'requests update': 3,
      'submissions insert': 1,
      'submissions update': 1,
      'answers insert': 1,
    },
    historyBytes: 8_100,
  },
  {
    codes: 'submitted',
    channel: 'webhook',
    writes: {
      'orders insert': 1,
      'orders update': 6,
      'requests insert': 3,
      'requests update': 3,
      'submissions insert': 1,
      'submissions update': 1,
      'answers insert': 1,
    },
    historyBytes: 9_900,
  },
  {
    codes: 'answered',
    channel: 'page',
    writes: {
      'orders insert': 1,
      'orders update': 5,
      'requests insert': 2,
      'requests update': 2,
      'submissions insert': 1,
      'submissions update': 1,
      'answers insert': 1,
    },
    historyBytes: 7_600,
  },
] as const;

test.each(ways)(
  'a good order with its code $codes to a $channel terminal writes and keeps no more than this',
  async (way) => {
    const { codes, channel, writes, historyBytes } = way;
    const issuer = await file.issuer({
      codeMode: codes === 'answered' ? 'request' : 'push',
      ...(channel === 'webhook' ? { terminal: { channel, url: terminal.urlOf('/cost') } } : {}),
    });
    issuer.on('order.code_requested', async ({ data: { orderNo } }) => ({
      status: 200,
      body: { status: 'issued', codes: [code(orderNo)] },
    }));
    const cost = await costOf(issuer, codes);
    // What heals is asked about, and told, after an attempt that was lost alone.
    expect(await file.platform.workerMetrics()).not.toContain('call="describe_activity"');
    expect({ all: sum(cost.writes), ...cost.writes }).toEqual({ all: sum(writes), ...writes });
    expect(cost.bytes.history).toBeLessThanOrEqual(historyBytes);
    expect(cost.bytes.orders).toBeLessThanOrEqual(3_800);
  },
);
