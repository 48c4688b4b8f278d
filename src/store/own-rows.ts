import type { Collection, Filter, Sort } from 'mongodb';

/** Of these the ones that the platform wrote and that still run; it tells a person of what somebody else wrote. */
export type OwnOf<Row> = (rows: readonly Row[]) => readonly Row[];

/** What is over goes by itself, and is nobody's doing. A time that is none is never over. */
export const stillRunning = <Row extends { readonly endsAt: Date }>(rows: readonly Row[], nowMs: number): Row[] =>
  rows.filter(({ endsAt }) => !(Number(endsAt) <= nowMs));

const othersAtOnceMax = 1_000;
const looksMax = 10;

/**
 * Called where a limit counts rows: what somebody else wrote opens nothing, and would keep people out. It is deleted, some
 * thousand rows a call, so that what stands behind it is found.
 */
export const ownRows = async <Row extends { readonly _id: string }>(
  collection: Collection<Row>,
  filter: Filter<Row>,
  sort: Sort,
  limit: number,
  ownOf: OwnOf<Row>,
): Promise<readonly Row[]> => {
  const readMax = limit + othersAtOnceMax;
  let own: readonly Row[] = [];
  for (let look = 0; look < looksMax; look += 1) {
    const found = (await collection.find(filter).sort(sort).limit(readMax).toArray()) as unknown as Row[];
    own = ownOf(found);
    const known = new Set(own);
    const others = found.filter((row) => !known.has(row)).map(({ _id }) => _id);
    if (others.length === 0) break;
    await collection.deleteMany({ _id: { $in: others } } as unknown as Filter<Row>);
    if (own.length >= limit || found.length < readMax) break;
  }
  return own.slice(0, limit);
};
