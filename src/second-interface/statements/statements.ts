import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { RowReader } from '../../bounded/row-reader';
import type { StatementLine } from '../../contract/issuer/statements';
import { type Day, dayOf, statementDueMs } from '../../domain/days';
import { orderNameOf } from '../../domain/ids';
import { SealBroken } from '../../sealing/key-ring';
import type { Orders } from '../../store/orders';
import type { StatementName, StatementRow, Statements as StatementStore } from '../../store/statements';
import { statementLine } from './statement-line';

/** A past day's statement, which stays as it is, or what there is of the running day. */
export interface Statement {
  readonly isFinal: boolean;
  readonly asOf: Date;
  /** Page after page, by number. */
  readonly pages: AsyncIterable<readonly StatementLine[]>;
}

const readAtOnce = 500;
/** Far below what one document may have. */
const partBytes = 512 * 1024;
/** Of a kept one, which nothing binds: some bytes may unpack to a thousand times as many. */
const lineMaxChars = 64 * 1024;
const wholeMaxChars = 2 * 1024 ** 3;

export type Statements = ReturnType<typeof createStatements>;

/** Who asks first for a past day makes its statement; the daily job does so for all that nobody has asked for. */
export const createStatements = ({
  orders,
  rowReader,
  statements,
  nowMs,
}: {
  readonly orders: Pick<Orders, 'changedOn'>;
  readonly rowReader: RowReader;
  readonly statements: StatementStore;
  readonly nowMs: () => number;
}) => {
  const making = new Map<string, Promise<StatementRow>>();

  const pagesOf = async function* ({ issuerId, day }: StatementName): AsyncGenerator<readonly StatementLine[]> {
    let after = '';
    for (;;) {
      const rows = await orders.changedOn(issuerId, day, after, readAtOnce);
      // It stays as it is: it lacks what somebody else wrote, and nothing that went wrong here.
      yield rowReader.those('orders', rows).map(statementLine);
      const last = rows.at(-1);
      if (!last || rows.length < readAtOnce) return;
      after = orderNameOf(last._id).orderNo;
    }
  };

  const make = async (name: StatementName, sayAlive: () => void): Promise<StatementRow> => {
    const asOf = new Date(nowMs());
    const id = randomUUID();
    let count = 0;
    let parts = 0;
    const lines = async function* (): AsyncGenerator<string> {
      for await (const page of pagesOf(name)) {
        sayAlive();
        count += page.length;
        yield page.map((line) => `${JSON.stringify(line)}\n`).join('');
      }
    };
    await pipeline(Readable.from(lines()), createGzip(), async (compressed: AsyncIterable<Buffer>) => {
      for await (const bytes of slicesOf(compressed, partBytes)) {
        sayAlive();
        await statements.keepPart(name, id, parts, bytes, asOf);
        parts += 1;
      }
    });
    return statements.finish(name, { making: id, asOf, orders: count, parts, at: asOf });
  };

  /** One making at a time in a process for all who ask: another process that makes the same takes the first one's. */
  const madeOnce = (name: StatementName, sayAlive: () => void): Promise<StatementRow> => {
    const key = `${name.issuerId}/${name.day}`;
    const running = making.get(key);
    if (running) return running;
    const made = make(name, sayAlive).finally(() => making.delete(key));
    making.set(key, made);
    return made;
  };

  /** @throws SealBroken for what is not a statement as it was kept, noted for a person */
  const keptPages = async function* (name: StatementName, row: StatementRow): AsyncGenerator<readonly StatementLine[]> {
    const parts = async function* (): AsyncGenerator<Buffer> {
      for (let n = 0; n < row.parts; n += 1) yield statements.readPart(name, row, n);
    };
    try {
      yield* linesIn(parts(), row.orders);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      rowReader.leaveOut('statements', row, error);
      throw new SealBroken('the kept statement is not as the platform wrote it');
    }
  };

  return {
    /** Of a day that has ended. */
    ofPastDay: async (name: StatementName): Promise<Statement> => {
      const row = (await statements.find(name)) ?? (await madeOnce(name, () => undefined));
      return { isFinal: true, asOf: row.asOf, pages: keptPages(name, row) };
    },

    /** Of the daily job: false where it is there, or nothing changed on that day. */
    makeDue: async (name: StatementName, sayAlive: () => void): Promise<boolean> => {
      if (await statements.find(name)) return false;
      if ((await orders.changedOn(name.issuerId, name.day, '', 1)).length === 0) return false;
      await madeOnce(name, sayAlive);
      return true;
    },

    ofRunningDay: (issuerId: string): Statement => {
      const asOf = new Date(nowMs());
      return { isFinal: false, asOf, pages: pagesOf({ issuerId, day: dayOf(asOf.getTime()) }) };
    },

    /** Of a day on which there was no such issuer: always the same, so that nothing is kept. */
    ofDayBefore: (day: Day): Statement => ({ isFinal: true, asOf: new Date(statementDueMs(day)), pages: noPages() }),
  };
};

const noPages = async function* (): AsyncGenerator<readonly StatementLine[]> {
  yield [];
};

/** Of this size, but the last. */
const slicesOf = async function* (chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < bytes) continue;
    yield Buffer.concat(held);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held);
};

class Unreadable extends Error {}

/** No line, or no gzip: whatever else goes wrong with a reading may be over with the next one. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof Unreadable ||
  error instanceof SyntaxError ||
  (error instanceof Error && 'code' in error && /^(Z_|ERR_INVALID_ARG_TYPE)/.test(String(error.code)));

/** Back from compressed NDJSON, as many lines at once as came, and no more than there were. */
const linesIn = async function* (
  parts: AsyncIterable<Buffer>,
  linesMax: number,
): AsyncGenerator<readonly StatementLine[]> {
  const compressed = Readable.from(parts);
  const unzipped = createGunzip();
  compressed.once('error', (error) => unzipped.destroy(error));
  let rest = '';
  let chars = 0;
  let count = 0;
  try {
    for await (const text of compressed.pipe(unzipped).setEncoding('utf8')) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      chars += text.length;
      count += lines.length;
      const isTooMuch = !(count <= linesMax) || chars > wholeMaxChars || rest.length > lineMaxChars;
      if (isTooMuch) throw new Unreadable('it unpacks to more than was kept');
      yield lines.map((line) => JSON.parse(line) as StatementLine);
    }
  } finally {
    compressed.destroy();
  }
};
