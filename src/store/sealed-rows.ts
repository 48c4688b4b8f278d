import type { Collection, Filter, UpdateFilter } from 'mongodb';

/** Made and checked by src/sealing, which has the key. */
export interface SealOfRow<Row> {
  of(row: Row): Buffer;
  isUntouched(row: Row): boolean;
}

/** For all rows there are: each call has its limit, and the whole has none. */
export const callByCall = { timeoutMode: 'iteration' } as const;

/** At the first start that knows seals: what has none is taken as it stands. */
export const sealUnsealed = async <Row extends { readonly _id: string; readonly seal?: Buffer }>(
  rows: Collection<Row>,
  seal: SealOfRow<Row>,
): Promise<void> => {
  for await (const found of rows.find({}, callByCall)) {
    const row = found as unknown as Row;
    const isUnsealed = { _id: row._id, seal: { $exists: false } } as Filter<Row>;
    if (!row.seal) await rows.updateOne(isUnsealed, { $set: { seal: seal.of(row) } } as unknown as UpdateFilter<Row>);
  }
};
