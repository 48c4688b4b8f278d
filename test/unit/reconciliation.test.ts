import { createRowReader } from '../../src/bounded/row-reader';
import { csvLine, unguarded } from '../../src/contract/csv';
import { csvRecords } from '../../src/contract/csv-records';
import { openFacts, type orderStates } from '../../src/domain/order';
import type { Difference, ListedOrder } from '../../src/domain/reconciliation';
import { readList } from '../../src/second-interface/reconciliations/read-list';
import { reconcile } from '../../src/second-interface/reconciliations/reconcile';
import type { ListedOrder as Row } from '../../src/store/orders';
import type { ReconciliationRow } from '../../src/store/reconciliations';
import { often } from '../support/long-form';
import { randomOf } from '../support/random';
import { seedOf } from '../support/seed';

const random = randomOf(seedOf('reconciliation'));
const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
const number = (below: number): number => Math.floor(random() * below);

interface Own {
  readonly state: (typeof orderStates)[number];
  readonly amount: number;
  readonly currency: string;
  readonly issued: number;
  readonly refundSettled: number;
}

const aState = () => pick(['delivered', 'verified', 'accepted'] as const);
const anOwn = (): Own => ({
  state: aState(),
  amount: number(3),
  currency: pick(['EUR', 'CHF']),
  issued: number(3),
  refundSettled: number(2),
});

/** What the rule says, in its own words and another way round: compared field by field. */
const expected = (
  orderNo: string,
  line: ListedOrder | undefined,
  own: Own | undefined,
  isSpanned: boolean,
): string[] => {
  if (line && !own) return [`${orderNo} missing_here`];
  if (!line) return own && isSpanned ? [`${orderNo} missing_there`] : [];
  const kinds: string[] = [];
  const isOther = (field: keyof Own): boolean => line[field] !== undefined && line[field] !== own?.[field];
  if (isOther('amount') || isOther('currency')) kinds.push('amount');
  if (isOther('state')) kinds.push('state');
  if (isOther('issued')) kinds.push('issued');
  if (isOther('refundSettled')) kinds.push('refund');
  return kinds.map((kind) => `${orderNo} ${kind}`);
};

const someOf = <T extends object>(whole: T): Partial<T> =>
  Object.fromEntries(Object.entries(whole).filter(() => random() < 0.6)) as Partial<T>;

const round = async (): Promise<void> => {
  const numbers = [
    ...new Set(Array.from({ length: number(2_500) }, () => `${pick(['a', 'B', '-', '~'])}${number(4_000)}`)),
  ];
  const own = new Map<string, Own>();
  const lines: ListedOrder[] = [];
  for (const orderNo of numbers) {
    const ours = anOwn();
    if (random() < 0.8) own.set(orderNo, ours);
    if (random() < 0.8) lines.push({ orderNo, ...someOf(random() < 0.5 ? ours : anOwn()) });
  }
  const isCsv = random() < 0.5;
  const columns = ['state', 'orderNo', 'refundSettled', 'currency', 'amount', 'issued'] as const;
  const text = isCsv
    ? [csvLine(columns), ...lines.map((line) => csvLine(columns.map((column) => line[column])))].join('')
    : lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const listed = await readList(Buffer.from(text), isCsv ? 'text/csv' : 'application/x-ndjson');
  expect([...listed.values()]).toEqual(lines.map((line) => ({ ...line })));

  const isSpanned = random() < 0.5;
  const pages: Difference[][] = [];
  let row: Omit<ReconciliationRow, '_id' | 'issuerId'> | undefined;
  const facts = ({ state, amount: value, currency, issued, refundSettled }: Own) => ({
    ...openFacts({
      ...{ quantity: 9, amount: { value, currency }, codeMode: 'push', channel: 'page', createdAtMs: 1 },
      ...{ verifyWindowMs: 1, issueWindowMs: 1 },
    }),
    ...{ state, issued, refundSettledValue: refundSettled },
  });
  await reconcile(
    {
      nowMs: () => 1,
      rowReader: createRowReader(() => undefined),
      orders: {
        named: async (names) =>
          names.flatMap(({ orderNo }) => {
            const ours = own.get(orderNo);
            return ours ? [{ _id: `acme/${orderNo}`, orderNo, facts: facts(ours) } as Row] : [];
          }),
        numbersWithin: async () => [...own.keys()].map((orderNo) => ({ orderNo, position: orderNo })),
      },
      reconciliations: {
        keepPage: async (_name, n, differences) => {
          pages[n] = [...differences];
        },
        finish: async (_name, finished) => {
          row = finished;
        },
        find: async () => null,
        readPage: async () => [],
        newestOf: async () => null,
      },
    },
    { issuerId: 'acme', reconciliationId: 'r' },
    listed,
    isSpanned ? { from: new Date(0), to: new Date(1) } : undefined,
  );
  const found = pages.flat();
  const all = [...numbers]
    .sort()
    .flatMap((orderNo) => expected(orderNo, listed.get(orderNo), own.get(orderNo), isSpanned));
  expect(found.map(({ orderNo, kind }) => `${orderNo} ${kind}`)).toEqual(all);
  expect(pages.slice(0, -1).every((page) => page.length === 1_000)).toBe(true);
  const differing = new Set(found.filter(({ kind }) => kind !== 'missing_there').map(({ orderNo }) => orderNo));
  expect(row).toMatchObject({ compared: lines.length, equal: lines.length - differing.size, pages: pages.length });
  for (const { kind, ours, theirs } of found) {
    expect([kind, ours === null, theirs === null]).toEqual([kind, kind === 'missing_here', kind === 'missing_there']);
    if (ours && theirs) expect(Object.keys(theirs).every((field) => field in ours)).toBe(true);
  }
};

test('any list against any orders: each difference once, by number, in pages of a thousand; the counts add up', async () => {
  for (let n = 0; n < often(15, 40); n += 1) await round();
});

test('any records come back from CSV as they were written', () => {
  for (let n = 0; n < 500; n += 1) {
    const records = Array.from({ length: 1 + number(4) }, () =>
      Array.from({ length: 2 + number(3) }, () =>
        Array.from({ length: number(5) }, () => pick(['a', '"', ',', '\r', '\n', 'é', ' ', '1'])).join(''),
      ),
    );
    const text = records.map((cells) => csvLine(cells)).join('');
    expect([...csvRecords(text)].map(({ cells }) => cells?.map(unguarded))).toEqual(records);
  }
});

test.each([
  ['a,b\r\n1,"2"3\r\n4,5\r\n', [1, 3], [2]],
  ['a\n"open\n', [1], [2]],
  ['a,b\n1,2', [1, 2], []],
])('a record that cannot be read is told by its line: %j', (text, whole, broken) => {
  const records = [...csvRecords(text)];
  expect(records.filter(({ cells }) => cells).map(({ line }) => line)).toEqual(whole);
  expect(records.filter(({ cells }) => !cells).map(({ line }) => line)).toEqual(broken);
});

test('a line of megabytes is read no further than 64 KiB, so that nobody waits for it; the next one counts', async () => {
  const long = 'x'.repeat(64 * 1_024 + 1);
  const many = ','.repeat(1_000);
  const [head, ...records] = csvRecords(`a,b\n${long},1\n${many}\n"${'""'.repeat(40_000)}",2\n"c",d\n`);
  expect(head?.cells).toEqual(['a', 'b']);
  expect(records).toEqual([
    { line: 2, cells: undefined },
    { line: 3, cells: undefined },
    { line: 4, cells: undefined },
    { line: 5, cells: ['c', 'd'] },
  ]);
  const listed = readList(Buffer.from(`{"orderNo":"A"}\n{"orderNo":"${long}"}\n`), 'application/x-ndjson');
  await expect(listed).rejects.toMatchObject({ extras: { errors: [{ path: '/2', code: 'line_too_long' }] } });
});

const turnsWhile = async (work: Promise<unknown>): Promise<number> => {
  let turns = 0;
  let isRead = false;
  const count = (): void => {
    turns += 1;
    if (!isRead) setImmediate(count);
  };
  setImmediate(count);
  await work;
  isRead = true;
  return turns;
};

test.each([
  ['application/x-ndjson', ''],
  ['text/csv', 'orderNo,state\n'],
])('among empty lines of %s others get their turn as among all others', async (mediaType, head) => {
  const lines = 20_000;
  const listed = readList(Buffer.from(`${head}${'\n'.repeat(lines)}`), mediaType);
  expect(await turnsWhile(listed)).toBeGreaterThanOrEqual(lines / 200 - 1);
  expect((await listed).size).toBe(0);
});

const nested = `${'{"~~/~~/~":'.repeat(60)}[${'1.5,'.repeat(15_000)}1]${'}'.repeat(60)}\n`;

test.each([
  ['application/x-ndjson', '', nested],
  ['text/csv', 'orderNo,state\n', `${'x'.repeat(60_000)},x\n`],
  ['text/csv', 'orderNo,state\n', `"${'x'.repeat(70_000)}\n"\n`],
])(
  'of the longest lines of %s no two are read in one turn, and none behind the twentieth error',
  async (mediaType, head, line) => {
    const listed = readList(Buffer.from(`${head}${line.repeat(100)}`), mediaType);
    const refused = expect(listed).rejects.toMatchObject({ extras: { errors: { length: 20 } } });
    const turns = await turnsWhile(listed.catch(() => undefined));
    expect(turns).toBeGreaterThanOrEqual(19);
    expect(turns).toBeLessThanOrEqual(22);
    await refused;
  },
);
