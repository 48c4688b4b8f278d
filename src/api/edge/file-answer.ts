import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Response } from 'express';
import { csvLine } from '../../contract/csv';
import type { Route } from '../../contract/route';

/** What is too long for a page: lines that are read while they are sent. */
export interface FileAnswer {
  /** Left out: the browser shows it. */
  readonly name?: string;
  /** Left out: the one that the route declares. */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly lines: AsyncIterable<string>;
}

export const fileLinesMax = 100_000;
const readAtOnce = 500;
/** Whoever takes nothing for so long has gone; whoever takes a little now and then holds a place that others wait for. */
const usualLimits = { stalledMs: 60_000, wholeMs: 10 * 60_000 };

/** Asked for page after page until one is not full, or the file is. */
export const pagesOf = async function* <Row>(
  read: (limit: number, last: Row | undefined) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined;
  for (let left = fileLinesMax; left > 0; left -= readAtOnce) {
    const limit = Math.min(left, readAtOnce);
    const rows = await read(limit, last);
    yield rows;
    if (rows.length < limit) return;
    last = rows.at(-1);
  }
};

/** How rows become lines: by a `RowReader`, within which a line is made and written; undefined: the row is left out. */
type ReadBy<Row> = (write: (row: Row) => string) => (row: Row) => string | undefined;

/** Of rows that are our own already. */
export const asTheyAre = <Row>(write: (row: Row) => string): ((row: Row) => string) => write;

/** RFC 4180, with the names of the columns first. */
export const csvLines = async function* <Column extends string, Row>(
  columns: readonly Column[],
  pages: AsyncIterable<readonly Row[]>,
  readBy: ReadBy<Row>,
  lineOf: (row: Row) => Readonly<Partial<Record<NoInfer<Column>, string | number | undefined>>>,
): AsyncGenerator<string> {
  const write = readBy((row) => {
    const line = lineOf(row);
    return csvLine(columns.map((column) => line[column]));
  });
  let head = csvLine(columns);
  for await (const rows of pages) {
    yield `${head}${rows.map((row) => write(row) ?? '').join('')}`;
    head = '';
  }
};

export const ndjsonLines = async function* <Row>(
  pages: AsyncIterable<readonly Row[]>,
  readBy: ReadBy<Row>,
  lineOf: (row: Row) => object,
): AsyncGenerator<string> {
  const write = readBy((row) => `${JSON.stringify(lineOf(row))}\n`);
  for await (const rows of pages) yield rows.map((row) => write(row) ?? '').join('');
};

interface Meter {
  /** Reads one piece, in its turn with others. */
  readonly read: <T>(piece: () => Promise<T>) => Promise<T>;
  readonly sent: (bytes: number) => void;
  readonly waitMs: () => number;
}

/** Below the time in which whoever takes nothing has gone. */
const pieceWaitMaxMs = 10_000;

/** Of a file to an issuer: each piece is its own, as an answer of that length would be. */
export const metered = async function* (
  lines: AsyncIterable<string>,
  { read, sent, waitMs }: Meter,
  wait: (ms: number) => Promise<unknown> = pause,
): AsyncGenerator<string> {
  const pieces = lines[Symbol.asyncIterator]();
  try {
    for (;;) {
      const piece = await read(() => pieces.next());
      if (piece.done) return;
      sent(Buffer.byteLength(piece.value));
      yield piece.value;
      const ms = Math.min(waitMs(), pieceWaitMaxMs);
      if (ms > 0) await wait(ms);
    }
  } finally {
    await pieces.return?.();
  }
};

/** Of the mount, once its caller is let in. What fails before the first lines are there is answered as a problem. */
export const sendFile = async (
  response: Response,
  { answers }: Pick<Route, 'answers'>,
  { name, mediaType = answers[200]?.mediaType ?? '', headers = {}, lines }: FileAnswer,
  { stalledMs, wholeMs } = usualLimits,
): Promise<void> => {
  const parts = lines[Symbol.asyncIterator]();
  const first = await parts.next();
  response.status(200).setHeader('cache-control', 'no-store');
  if (name !== undefined) response.attachment(name);
  response.setHeader('content-type', mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType);
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  if (response.req.method === 'HEAD') {
    await parts.return?.();
    response.end();
    return;
  }
  response.setTimeout(stalledMs, () => response.destroy());
  const over = setTimeout(() => response.destroy(), wholeMs);
  await pipeline(Readable.from(from(first, parts)), response).finally(() => clearTimeout(over));
};

const from = async function* <T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  for (let part = first; !part.done; part = await rest.next()) yield part.value;
};
