import {
  type OrderSettings,
  type SettingLevels,
  type SomeSettings,
  settingsOf,
  someSettings,
} from '../domain/settings';
import type { Database } from './database';
import type { IssuerRow } from './issuers';

/** One row for the platform, `_id: platform`, and one for each product that has settings of its own. */
export interface OrderSettingsRow {
  readonly _id: string;
  readonly issuerId?: string;
  readonly productId?: string;
  readonly settings: SomeSettings;
}

/** What every order asks for is kept for a moment: all processes follow a change within this time. */
const knownForMs = 2_000;
const knownLimit = 1_000;

const platformId = 'platform';
const productKey = (issuerId: string, productId: string): string => `product/${issuerId}/${productId}`;

export type OrderSettingsStore = ReturnType<typeof createOrderSettings>;

/** The levels above and below an issuer's own settings, which stand in its row. */
export const createOrderSettings = ({ orderSettings }: Pick<Database, 'orderSettings'>, nowMs: () => number) => {
  const known = new Map<string, { readonly levels: SettingLevels; readonly atMs: number }>();

  const read = async (_id: string): Promise<SomeSettings> => (await orderSettings.findOne({ _id }))?.settings ?? {};

  const replace = async (row: OrderSettingsRow): Promise<SomeSettings> => {
    const before =
      Object.keys(row.settings).length === 0
        ? await orderSettings.findOneAndDelete({ _id: row._id })
        : await orderSettings.findOneAndReplace({ _id: row._id }, row, { upsert: true });
    known.clear();
    return before?.settings ?? {};
  };

  const readLevels = async (issuerId: string, productId: string): Promise<SettingLevels> => {
    const _id = productKey(issuerId, productId);
    const rows = await orderSettings.find({ _id: { $in: [platformId, _id] } }).toArray();
    const settingsIn = (id: string): SomeSettings => rows.find((row) => row._id === id)?.settings ?? {};
    return { platform: settingsIn(platformId), product: settingsIn(_id) };
  };

  const levelsOf = async (issuer: IssuerRow, productId: string): Promise<SettingLevels> => {
    const _id = productKey(issuer._id, productId);
    const kept = known.get(_id);
    if (kept && nowMs() - kept.atMs < knownForMs) return { ...kept.levels, issuer: someSettings(issuer) };
    const levels = await readLevels(issuer._id, productId);
    known.delete(_id);
    known.set(_id, { levels, atMs: nowMs() });
    const oldest = known.size > knownLimit ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    return { ...levels, issuer: someSettings(issuer) };
  };

  return {
    platform: (): Promise<SomeSettings> => read(platformId),
    product: (issuerId: string, productId: string): Promise<SomeSettings> => read(productKey(issuerId, productId)),

    /** Both resolve to what was set before; settings without any are no row. */
    replacePlatform: (settings: SomeSettings) => replace({ _id: platformId, settings }),
    replaceProduct: (issuerId: string, productId: string, settings: SomeSettings) =>
      replace({ _id: productKey(issuerId, productId), issuerId, productId, settings }),

    /** Products of an issuer that have settings of their own, by id. */
    products: (issuerId: string, after: string | undefined, limit: number): Promise<OrderSettingsRow[]> =>
      orderSettings
        .find({ issuerId, ...(after !== undefined ? { productId: { $gt: after } } : {}) })
        .sort({ productId: 1 })
        .limit(limit)
        .toArray(),

    levelsOf,

    /** What counts for an order of this product: read when it is accepted, and after a failed try. */
    effectiveFor: async (issuer: IssuerRow, productId: string): Promise<OrderSettings> =>
      settingsOf(await levelsOf(issuer, productId)),
  };
};
