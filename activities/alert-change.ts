import { ownMessagePrefix } from '../src/domain/ids';
import { sha256 } from '../src/sealing/key-ring';
import type { AlertRow } from '../src/store/alerts';

export const changedAt = ({ clearedAt, raisedAt }: AlertRow): Date => clearedAt ?? raisedAt;

/** What a message that tells of these changes is named by, at each try. */
export const changeId = (rows: readonly AlertRow[]): string => {
  const changes = rows.map((row) => `${row._id}/${row.state}/${changedAt(row).toISOString()}`);
  return `${ownMessagePrefix}alert_${sha256(changes.sort().join('\n'))}`;
};
