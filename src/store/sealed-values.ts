import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { AlertRow } from './alerts';
import type { ConformanceRunRow } from './conformance';
import type { Database } from './database';
import type { InboxRow } from './inbox';
import type { IssuerRow } from './issuers';
import type { KeyRow } from './keys';
import type { MaintenanceRow } from './maintenance';
import type { OrderSettingsRow } from './order-settings';
import type { OrderRow } from './orders';
import type { RequestRow } from './requests';
import type { SandboxMessageRow } from './sandbox-inbox';

/** Where values are that the master key itself sealed, the few and weighty ones first. */
export const sealedKinds = [
  'platformKey',
  'issuerSecret',
  'issuerTerminal',
  'issuerRow',
  'issuerDeletion',
  'settingsRow',
  'maintenanceRow',
  'inboxRow',
  'alertRow',
  'conformanceRow',
  'issuerCallHeaders',
  'issuerCallCertificate',
  'orderKey',
  'answer',
  'sandboxMessage',
] as const;
export type SealedKind = (typeof sealedKinds)[number];

export interface SealedRow {
  readonly id: string;
  /** Of a kept answer, what else its place is made of. */
  readonly request?: Pick<RequestRow, 'path' | 'bodyHash' | 'answer'>;
  readonly values: readonly SealedValue[];
}

export interface SealedValue {
  readonly sealed: Buffer;
  /** On the condition that the same bytes are still there. Resolves to whether they were. */
  readonly replace: (fresh: Buffer) => Promise<boolean>;
}

/** A text is base64: of what is sealed within a field that also travels in JSON. */
type Found = readonly (readonly [path: string, sealed: Buffer | string | undefined])[];

export type SealedValues = ReturnType<typeof createSealedValues>;

/** For the sealing anew under another master key: every row that holds such a value, by `_id`, a part at a time. */
export const createSealedValues = ({
  keys,
  issuers,
  orders,
  requests,
  sandboxInbox,
  orderSettings,
  settings,
  inbox,
  alerts,
  conformanceRuns,
}: Pick<
  Database,
  | 'keys'
  | 'issuers'
  | 'orders'
  | 'requests'
  | 'sandboxInbox'
  | 'orderSettings'
  | 'settings'
  | 'inbox'
  | 'alerts'
  | 'conformanceRuns'
>) => {
  const kinds = {
    platformKey: reader<KeyRow>(keys, ['sealed', 'former'], (row) => [
      ['sealed', row.sealed],
      ['former.sealed', row.former?.sealed],
    ]),
    // Deleted issuers too: their open orders still end, and are told about.
    issuerSecret: reader<IssuerRow>(issuers, ['secrets'], ({ secrets }) =>
      secrets.map(({ sealed }, n) => [`secrets.${n}.sealed`, sealed] as const),
    ),
    issuerTerminal: reader<IssuerRow>(issuers, ['terminal'], ({ terminal }) => [['terminal.sealed', terminal?.sealed]]),
    issuerRow: reader<IssuerRow>(issuers, ['seal'], ({ seal }) => [['seal', seal]]),
    issuerDeletion: reader<IssuerRow>(issuers, ['deletionSeal'], (row) => [['deletionSeal', row.deletionSeal]]),
    settingsRow: reader<OrderSettingsRow>(orderSettings, ['seal'], ({ seal }) => [['seal', seal]]),
    maintenanceRow: reader<MaintenanceRow>(settings, ['seal'], ({ seal }) => [['seal', seal]]),
    inboxRow: reader<InboxRow>(inbox, ['seal'], ({ seal }) => [['seal', seal]]),
    alertRow: reader<AlertRow>(alerts, ['seal'], ({ seal }) => [['seal', seal]]),
    conformanceRow: reader<ConformanceRunRow>(conformanceRuns, ['seal'], ({ seal }) => [['seal', seal]]),
    issuerCallHeaders: reader<IssuerRow>(issuers, ['callHeaders'], ({ callHeaders }) => [
      ['callHeaders.sealed', callHeaders?.sealed],
    ]),
    issuerCallCertificate: reader<IssuerRow>(issuers, ['callCertificate'], ({ callCertificate }) => [
      ['callCertificate.sealed', callCertificate?.sealed],
    ]),
    // What a purge left has no key.
    orderKey: reader<OrderRow>(orders, ['wrappedKey'], (row) => [['wrappedKey', row.wrappedKey]]),
    answer: reader<RequestRow>(
      requests,
      ['answer', 'path', 'bodyHash'],
      (row) => [['answer.sealedBody', row.answer?.sealedBody]],
      ({ path, bodyHash, answer }) => ({ request: { path, bodyHash, ...(answer ? { answer } : {}) } }),
    ),
    sandboxMessage: reader<SandboxMessageRow>(sandboxInbox, ['sealed'], ({ sealed }) => [['sealed', sealed]]),
  };
  return {
    after: (kind: SealedKind, id: string, limit: number): Promise<SealedRow[]> =>
      kinds[kind]({ _id: { $gt: id } }, limit),

    of: async (kind: SealedKind, id: string): Promise<readonly SealedValue[]> =>
      (await kinds[kind]({ _id: id }, 1))[0]?.values ?? [],
  };
};

const reader =
  <Row extends { _id: string }>(
    collection: Collection<Row>,
    fields: readonly (keyof Row & string)[],
    find: (row: Row) => Found,
    besideOf: (row: Row) => Pick<SealedRow, 'request'> = () => ({}),
  ) =>
  async (filter: { _id: string | { $gt: string } }, limit: number): Promise<SealedRow[]> => {
    const rows = await collection
      .find(filter as Filter<Row>)
      .project<Row>(Object.fromEntries(fields.map((field) => [field, 1])))
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return rows.map((row) => ({
      id: row._id,
      ...besideOf(row),
      values: foundIn(row, find).flatMap(([path, found]) => {
        if (!found) return [];
        const isText = typeof found === 'string';
        const sealed = isText ? Buffer.from(found, 'base64') : found;
        const replace = async (fresh: Buffer): Promise<boolean> => {
          const isStill = { _id: row._id, [path]: found } as Filter<Row>;
          const kept = isText ? fresh.toString('base64') : fresh;
          const change = { $set: { [path]: kept } } as unknown as UpdateFilter<Row>;
          return (await collection.updateOne(isStill, change)).matchedCount > 0;
        };
        return [{ sealed, replace }];
      }),
    }));
  };

/** A row of another shape has a value that no key opens. */
const foundIn = <Row>(row: Row, find: (row: Row) => Found): Found => {
  try {
    return find(row);
  } catch {
    return [['_id', Buffer.alloc(0)]];
  }
};
