import { bodyInvalid } from '../../contract/problem';
import { isText, positionPattern } from '../../domain/ids';

/** Opaque to callers: the position of the last row that they were given. */
export const cursorOf = (position: string): string => Buffer.from(position).toString('base64url');

export const isPosition = (text: unknown): text is string => isText(text, positionPattern);

/** @throws Failure `body_invalid` at `/cursor` for what was never given out. */
export const positionOf = (cursor: string): string => {
  const position = Buffer.from(cursor, 'base64url').toString();
  if (!isPosition(position) || cursorOf(position) !== cursor) {
    throw cursorInvalid();
  }
  return position;
};

/** Of a list by change: when the last row changed, and its number. */
export const changeCursorOf = (row: { readonly facts: { readonly updatedAtMs: number }; readonly orderNo: string }) =>
  cursorOf(`${row.facts.updatedAtMs}/${row.orderNo}`);

/** @throws Failure `body_invalid` at `/cursor` for what was never given out. */
export const changeOf = (cursor: string): { readonly updatedAtMs: number; readonly orderNo: string } => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, updatedAtMs, orderNo] = /^(\d{1,15})\/([\x21-\x7e]+)$/.exec(text) ?? [];
  if (updatedAtMs === undefined || orderNo === undefined || cursorOf(text) !== cursor) throw cursorInvalid();
  return { updatedAtMs: Number(updatedAtMs), orderNo };
};

/** Of every list. */
export const cursorInvalid = () =>
  bodyInvalid([{ path: '/cursor', code: 'cursor_invalid', message: 'was not given out by this list' }]);

/** A row without a body is left out (`RowReader.of`): its page is shorter, and the next one begins behind it. */
export const pageOf = <R extends { readonly position: string }, B extends object>(
  rows: readonly R[],
  limit: number,
  body: (row: R) => B | undefined,
): { data: B[]; nextCursor: string | null } => {
  const page = rows.slice(0, limit);
  // What somebody else wrote may have a place from which no list goes on.
  const last = page.findLast(({ position }) => isPosition(position));
  return {
    data: page.flatMap((row) => body(row) ?? []),
    nextCursor: rows.length > limit && last ? cursorOf(last.position) : null,
  };
};
