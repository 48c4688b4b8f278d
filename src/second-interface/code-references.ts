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

export const references = (deps: Keyed, issuerId: string, codes: readonly Code[]): CodeReference[] =>
  codes.map(({ itemId, value, secret, format, uses, startsAt, expiresAt }) => ({
    itemId,
    fingerprint: fingerprint(
      deps.fingerprintKey,
      JSON.stringify([
        issuerId,
        itemId,
        value,
        secret ?? null,
        format,
        startsAt ?? null,
        expiresAt ?? null,
        uses ?? defaultUses,
      ]),
    ),
    valueFingerprint: valueFingerprint(deps, issuerId, value),
    ...(uses !== undefined && uses !== defaultUses ? { uses } : {}),
    ...(startsAt !== undefined ? { startsAtMs: Date.parse(startsAt) } : {}),
    ...(expiresAt !== undefined ? { expiresAtMs: Date.parse(expiresAt) } : {}),
  }));
