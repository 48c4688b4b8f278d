import { LRUCache } from 'lru-cache';
import type { Collection } from 'mongodb';
import {
  builtInSettings,
  type OrderSettings,
  type PlatformSettings,
  type SettingLevels,
  type SomeSettings,
  settingsOf,
  someSettings,
  strictest,
} from '../domain/settings';
import { firstOf } from './first-of';
import type { IssuerRow } from './issuers';
import { type SealOfRow, sealUnsealed } from './sealed-rows';

/** One row for the platform, `_id: platform`, and one for each product that has settings of its own. */
export interface OrderSettingsRow {
  readonly _id: string;
  readonly issuerId?: string;
  readonly productId?: string;
  readonly settings: PlatformSettings;
  readonly seal?: Buffer;
}

/** What every order asks for is kept for a moment: all processes follow a change within this time. */
const ttlMs = 2_000;
const knownLimit = 1_000;

const platformId = 'platform';
const productKey = (issuerId: string, productId: string): string => `product/${issuerId}/${productId}`;

export type OrderSettingsStore = ReturnType<typeof createOrderSettings>;

/** The levels above and below an issuer's own settings, which stand in its row. */
export const createOrderSettings = (
  { orderSettings }: { readonly orderSettings: Collection<OrderSettingsRow> },
  seal: SealOfRow<OrderSettingsRow>,
  nowMs: () => number,
  { needsTwoPersons = false }: { readonly needsTwoPersons?: boolean } = {},
) => {
  const known = new LRUCache<string, { readonly levels: Promise<SettingLevels>; readonly atMs: number }>({
    max: knownLimit,
  });

  let lastOfPlatform: PlatformSettings | undefined;

  /** The platform's row is always there: one that somebody else wrote or took away counts as the strictest. */
  const believed = (_id: string, row: OrderSettingsRow | null | undefined): PlatformSettings => {
    const own = row && seal.isUntouched(row) ? row.settings : undefined;
    if (_id !== platformId) return own ?? {};
    lastOfPlatform = own ?? lastOfPlatform;
    return own ?? strictest(lastOfPlatform);
  };

  const read = async (_id: string): Promise<PlatformSettings> => believed(_id, await orderSettings.findOne({ _id }));

  const replace = async (row: OrderSettingsRow): Promise<PlatformSettings> => {
    const { _id } = row;
    const isKept = _id === platformId || Object.keys(row.settings).length > 0;
    const before = isKept
      ? await orderSettings.findOneAndReplace({ _id }, { ...row, seal: seal.of(row) }, { upsert: true })
      : await orderSettings.findOneAndDelete({ _id });
    known.clear();
    return before?.settings ?? {};
  };

  const readLevels = async (issuerId: string, productId: string): Promise<SettingLevels> => {
    const _id = productKey(issuerId, productId);
    const rows = await orderSettings.find({ _id: { $in: [platformId, _id] } }).toArray();
    const settingsIn = (id: string): PlatformSettings =>
      believed(
        id,
        rows.find((row) => row._id === id),
      );
    return { platform: settingsIn(platformId), product: settingsIn(_id) };
  };

  /** All who ask within this time share one read, also while it runs; one that failed is not kept. */
  const kept = (_id: string, readAnew: () => Promise<SettingLevels>): Promise<SettingLevels> => {
    const before = known.get(_id);
    if (before && nowMs() - before.atMs < ttlMs) return before.levels;
    const entry = { levels: readAnew(), atMs: nowMs() };
    known.set(_id, entry);
    entry.levels.catch(() => {
      if (known.peek(_id) === entry) known.delete(_id);
    });
    return entry.levels;
  };

  const platformLately = async (): Promise<PlatformSettings> =>
    (await kept(platformId, async () => ({ platform: await read(platformId) }))).platform ?? {};

  const levelsOf = async (issuer: IssuerRow, productId: string): Promise<SettingLevels> => ({
    ...(await kept(productKey(issuer._id, productId), () => readLevels(issuer._id, productId))),
    issuer: someSettings(issuer),
  });

  const begin = async (): Promise<void> => {
    const row = { _id: platformId, settings: {} };
    const $setOnInsert = { settings: row.settings, seal: seal.of(row) };
    await orderSettings.updateOne({ _id: platformId }, { $setOnInsert }, { upsert: true });
  };

  return {
    platform: async (): Promise<PlatformSettings> => ({
      ...(await read(platformId)),
      ...(needsTwoPersons ? { twoPersons: true } : {}),
    }),
    /** By TWO_PERSONS: no operator takes it back. */
    needsTwoPersons,
    /** Asked by whoever looks for trouble. */
    isUntouched: async (): Promise<boolean> => {
      const row = await orderSettings.findOne({ _id: platformId });
      return row !== null && seal.isUntouched(row);
    },

    /** Of a list: what somebody else wrote does not count. */
    isOurs: seal.isUntouched,

    /** Of a new platform: the row that is always there. */
    begin,

    sealAll: async (): Promise<void> => {
      await sealUnsealed(orderSettings, seal);
      await begin();
    },

    /** As it was two seconds ago at the most: asked with calls to issuers. */
    platformLately,
    product: (issuerId: string, productId: string): Promise<SomeSettings> => read(productKey(issuerId, productId)),

    /** Both resolve to what was set before; settings without any are no row. */
    replacePlatform: (settings: PlatformSettings) => replace({ _id: platformId, settings }),
    replaceProduct: (issuerId: string, productId: string, settings: SomeSettings) =>
      replace({ _id: productKey(issuerId, productId), issuerId, productId, settings }),

    /** Products of an issuer that have settings of their own, by id. */
    products: (
      issuerId: string,
      after: string | undefined,
      limit: number,
      isOne: (row: OrderSettingsRow) => boolean = () => true,
    ): Promise<OrderSettingsRow[]> =>
      firstOf(
        orderSettings
          .find({ issuerId, ...(after !== undefined ? { productId: { $gt: after } } : {}) })
          .sort({ productId: 1 }),
        limit,
        isOne,
      ),

    levelsOf,

    /** What counts for an order of this product: read when it is accepted, and after a failed try. */
    effectiveFor: async (issuer: IssuerRow, productId: string): Promise<OrderSettings> =>
      settingsOf(await levelsOf(issuer, productId)),

    /** Asked by a call to an issuer while another one to it runs; the issuer's row is at hand there. */
    callsAtOnceOf: async ({ callsAtOnce }: Pick<IssuerRow, 'callsAtOnce'>): Promise<number> => {
      if (callsAtOnce !== undefined) return callsAtOnce;
      return (await platformLately()).callsAtOnce ?? builtInSettings.callsAtOnce;
    },
  };
};
