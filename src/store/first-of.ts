import type { FindCursor } from 'mongodb';

const readAtOnce = 500;

/**
 * The first rows that are what they should be, behind however many that are not. Whoever gets fewer than asked for knows
 * that there are no more. The time of one call is its limit: beyond, it throws, as nobody knows what else there is.
 */
export const firstOf = async <Row>(
  found: FindCursor<Row>,
  limit: number,
  isOne: (row: Row) => boolean,
): Promise<Row[]> => {
  const rows = await found.limit(limit).toArray();
  const some = rows.filter(isOne);
  if (some.length === rows.length || rows.length < limit) return some;
  // From the beginning: a row that came in meanwhile puts none there twice.
  found.rewind();
  const ours: Row[] = [];
  for await (const row of found.limit(0).batchSize(readAtOnce)) {
    if (isOne(row)) ours.push(row);
    if (ours.length >= limit) break;
  }
  return ours;
};
