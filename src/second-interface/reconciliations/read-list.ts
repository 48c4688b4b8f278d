import { setImmediate as others } from 'node:timers/promises';
import { unguarded } from '../../contract/csv';
import { csvRecords, lineMaxLength } from '../../contract/csv-records';
import { listedOrder, listedOrdersMax } from '../../contract/issuer/reconciliations';
import { bodyInvalid } from '../../contract/problem';
import { parseStrictJson } from '../../contract/strict-json';
import { Failure, type FieldError } from '../../domain/failures';
import type { ListedOrder } from '../../domain/reconciliation';

/** What else a process does gets its turn after so many lines, or bytes: one line may take as long as a thousand. */
const linesAtOnce = 200;
const bytesAtOnce = 16 * 1024;
const errorsMax = 20;

interface ReadLine {
  readonly line: number;
  readonly bytes: number;
  /** Undefined: it is empty, as the last one often is, and says nothing. Throws where it is none. */
  readonly read?: () => unknown;
}

/**
 * The lines of an issuer's list, of NDJSON or CSV. The event loop is never kept for long: a body may have 8 MiB.
 *
 * @throws Failure `body_invalid` at `/{line}` for bad lines, an `orderNo` that came before, and one line too many.
 */
export const readList = async (raw: Buffer, mediaType: string): Promise<Map<string, ListedOrder>> => {
  const listed = new Map<string, ListedOrder>();
  const errors: FieldError[] = [];
  const wrong = (line: number, code: string, message: string): void => {
    errors.push({ path: `/${line}`, code, message });
  };
  let count = 0;
  let passed = 0;
  let passedBytes = 0;
  for (const { line, bytes, read } of mediaType === 'text/csv' ? csvLines(raw) : jsonLines(raw)) {
    passed += 1;
    passedBytes += bytes;
    if (passed >= linesAtOnce || passedBytes >= bytesAtOnce) {
      await others();
      passed = 0;
      passedBytes = 0;
    }
    if (!read) continue;
    count += 1;
    if (count > listedOrdersMax) {
      wrong(line, 'too_many_lines', `must have at most ${listedOrdersMax} lines`);
      break;
    }
    try {
      const parsed = listedOrder.safeParse(read());
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        wrong(line, issue?.code ?? 'line_invalid', `${issue?.path.join('/') || 'the line'}: ${issue?.message}`);
      } else if (listed.has(parsed.data.orderNo)) wrong(line, 'duplicate_order', 'names an order that came before');
      else listed.set(parsed.data.orderNo, definedOnly(parsed.data));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const [flaw] = error.extras.errors ?? [];
      wrong(line, flaw?.code ?? 'line_malformed', flaw?.message ?? 'is no line');
    }
    if (errors.length >= errorsMax) break;
  }
  if (errors.length > 0) throw bodyInvalid(errors);
  return listed;
};

const newline = '\n'.charCodeAt(0);

const jsonLines = function* (raw: Buffer): Generator<ReadLine> {
  let line = 0;
  for (let from = 0; from < raw.length; ) {
    const found = raw.indexOf(newline, from);
    const end = found === -1 ? raw.length : found;
    const bytes = raw.subarray(from, end);
    line += 1;
    from = end + 1;
    const passed = { line, bytes: bytes.length };
    yield isBlank(bytes) ? passed : { ...passed, read: () => parseStrictJson(notTooLong(bytes)) };
  }
};

/** @throws Failure `body_invalid` */
const notTooLong = (bytes: Buffer): Buffer => {
  if (bytes.length <= lineMaxLength) return bytes;
  throw bodyInvalid([{ path: '', code: 'line_too_long', message: `must have at most ${lineMaxLength} bytes` }]);
};

const isBlank = (bytes: Buffer): boolean => bytes.length === 0 || (bytes.length === 1 && bytes[0] === 13);

const columns = Object.keys(listedOrder.shape);
const isCount: ReadonlySet<string> = new Set(['amount', 'issued', 'refundSettled']);

const csvLines = function* (raw: Buffer): Generator<ReadLine> {
  const records = csvRecords(textOf(raw));
  const head = records.next();
  const names = head.done ? [] : (head.value.cells ?? []);
  const isKnown = names.length === new Set(names).size && names.every((name) => columns.includes(name));
  if (!isKnown || !names.includes('orderNo')) {
    const message = `must name columns, among them orderNo, each once: ${columns.join(', ')}`;
    throw bodyInvalid([{ path: '/1', code: 'columns_invalid', message }]);
  }
  for (const { line, cells } of records) {
    if (cells?.length === 1 && cells[0] === '' && names.length > 1) {
      yield { line, bytes: 0 };
      continue;
    }
    yield {
      line,
      // Of one that cannot be read nobody knows more.
      bytes: cells?.reduce((sum, { length }) => sum + length, 0) ?? lineMaxLength,
      read: () => {
        if (cells?.length !== names.length) throw new Failure('body_malformed');
        return Object.fromEntries(
          names.flatMap((name, n) => {
            const value = cells[n] ?? '';
            return value === '' ? [] : [[name, isCount.has(name) ? numberOf(value) : unguarded(value)]];
          }),
        );
      },
    };
  }
};

const numberOf = (text: string): number | string => (/^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text);

const textOf = (raw: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    throw bodyInvalid([{ path: '/1', code: 'not_utf8', message: 'must be UTF-8' }]);
  }
};

const definedOnly = (line: object): ListedOrder =>
  Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined)) as unknown as ListedOrder;
