import type { Code } from '../contract/code';
import { defaultUses } from '../domain/items';
import type { CodeReference } from '../domain/messages';
import { fingerprint } from '../sealing/key-ring';

interface Keyed {
  readonly fingerprintKey: Uint8Array;
}

/** By which a value is one order's, and found again. */
export const valueFingerprint = ({ fingerprintKey }: Keyed, issuerId: string, value: string): string =>
  fingerprint(fingerprintKey, JSON.stringify([issuerId, value]));

/** `isOfFirst`: of an order of 0.1.0, whose codes had neither start nor uses, and are known again as it took them. */
export const references = (deps: Keyed, issuerId: string, codes: readonly Code[], isOfFirst = false): CodeReference[] =>
  codes.map(({ itemId, value, secret, format, uses = defaultUses, startsAt, expiresAt }) => ({
    itemId,
    fingerprint: fingerprint(
      deps.fingerprintKey,
      JSON.stringify(
        isOfFirst && startsAt === undefined && uses === defaultUses
          ? [issuerId, itemId, value, secret ?? null, format, expiresAt ?? null]
          : [issuerId, itemId, value, secret ?? null, format, startsAt ?? null, expiresAt ?? null, uses],
      ),
    ),
    valueFingerprint: valueFingerprint(deps, issuerId, value),
    ...(uses !== defaultUses ? { uses } : {}),
    ...(startsAt !== undefined ? { startsAtMs: Date.parse(startsAt) } : {}),
    ...(expiresAt !== undefined ? { expiresAtMs: Date.parse(expiresAt) } : {}),
  }));
