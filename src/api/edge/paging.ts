import { bodyInvalid } from '../../contract/problem';

/** Opaque to callers: the position of the last row that they were given. */
export const cursorOf = (position: string): string => Buffer.from(position).toString('base64url');

/** @throws Failure `body_invalid` at `/cursor` for what was never given out. */
export const positionOf = (cursor: string): string => {
  const position = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\/[\x21-\x7e]+$/.test(position) || cursorOf(position) !== cursor) {
    throw bodyInvalid([{ path: '/cursor', code: 'cursor_invalid', message: 'was not given out by this list' }]);
  }
  return position;
};

export const pageOf = <R extends { readonly position: string }, B>(
  rows: readonly R[],
  limit: number,
  body: (row: R) => B,
): { data: B[]; nextCursor: string | null } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map(body), nextCursor: rows.length > limit && last ? cursorOf(last.position) : null };
};
