/**
 * What can be set for the platform, for an issuer and for one of its products: the nearest one counts. Windows are taken
 * when an order is accepted; delays and the calls at once are read anew for each try.
 */
export interface OrderSettings {
  readonly verifyWindowSeconds: number;
  readonly issueWindowSeconds: number;
  /** Between tries of a notice or a code request; the last one repeats until the window closes. */
  readonly noticeDelaysSeconds: readonly number[];
  /** Between tries of an event; after the last one it is given up. */
  readonly eventDelaysSeconds: readonly number[];
  /** Between tries of a delivery; after the last one the order is undeliverable. */
  readonly deliveryDelaysSeconds: readonly number[];
  /** Calls to an issuer's server that one worker process makes at once. Never of a product: all of them have one server. */
  readonly callsAtOnce: number;
}

export type SomeSettings = Partial<OrderSettings>;

/** Those of the platform alone are never inherited. */
export interface PlatformSettings extends SomeSettings {
  /** An operator's change of a terminal waits for another operator. */
  readonly twoPersons?: boolean;
  /** `conformance`: a new issuer sells test products alone until an admin says that it may go live. */
  readonly goLive?: 'open' | 'conformance';
  /** `required`: a callback address is called once its host is proved to be its issuer's own. */
  readonly callbackOwnership?: 'off' | 'required';
  /** Nobody knows what was set: hosts that are called today go on being called. Never stored, nor shown. */
  readonly isLost?: boolean;
}

/** For all that changes, where nobody knows any more what was set. `before`: what was, where this process has seen it. */
export const strictest = (before?: PlatformSettings): PlatformSettings => ({
  ...before,
  ...{ twoPersons: true, goLive: 'conformance', callbackOwnership: 'required' },
  ...(before?.callbackOwnership === 'required' ? {} : { isLost: true }),
});

const hourSeconds = 3_600;

/** Source: the protocol. */
export const builtInSettings: OrderSettings = {
  verifyWindowSeconds: 600,
  issueWindowSeconds: 600,
  noticeDelaysSeconds: [10, 30, 60, 120, 120, 240, 300],
  eventDelaysSeconds: [5, 300, 1_800, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hourSeconds)],
  deliveryDelaysSeconds: [2, 10, 30, 60, 300, 1_800],
  callsAtOnce: 32,
};

export const callsAtOnceRange = { min: 1, max: 256 } as const;

export const settingNames = Object.keys(builtInSettings) as (keyof OrderSettings)[];

/** Nearest first; whoever is left out has set nothing. */
export interface SettingLevels {
  readonly product?: SomeSettings;
  readonly issuer?: SomeSettings;
  readonly platform?: PlatformSettings;
}

/** Which level gave a value that counts. */
export const settingOrigins = ['product', 'issuer', 'platform', 'built_in'] as const;

type EffectiveSettings = {
  readonly [Name in keyof OrderSettings]: {
    readonly value: OrderSettings[Name];
    readonly from: (typeof settingOrigins)[number];
  };
};

/** For people: each value, and which level gave it. */
export const effectiveSettings = (levels: SettingLevels): EffectiveSettings =>
  Object.fromEntries(
    settingNames.map((name) => {
      for (const from of ['product', 'issuer', 'platform'] as const) {
        const value = levels[from]?.[name];
        if (value !== undefined) return [name, { value, from }];
      }
      return [name, { value: builtInSettings[name], from: 'built_in' }];
    }),
  ) as EffectiveSettings;

export const settingsOf = ({ product, issuer, platform }: SettingLevels): OrderSettings => ({
  ...builtInSettings,
  ...someSettings(platform),
  ...someSettings(issuer),
  ...someSettings(product),
});

/** Only the settings of whatever carries some, such as an issuer's row. */
export const someSettings = (carrier: SomeSettings = {}): SomeSettings =>
  Object.fromEntries(settingNames.filter((name) => carrier[name] !== undefined).map((name) => [name, carrier[name]]));

export const platformSettings = (carrier: PlatformSettings): PlatformSettings => ({
  ...someSettings(carrier),
  ...(carrier.twoPersons ? { twoPersons: true } : {}),
  ...(carrier.goLive === 'conformance' ? { goLive: 'conformance' as const } : {}),
  ...(carrier.callbackOwnership === 'required' ? { callbackOwnership: 'required' as const } : {}),
});
