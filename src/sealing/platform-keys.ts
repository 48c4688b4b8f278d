import { createDeliveryKeys, type DeliveryKeys, type KeyStore } from './delivery-keys';
import { deriveKey, type KeyRing, newKey, SealBroken } from './key-ring';
import { places } from './places';

/** The platform's own keys, sealed by the master key, the same in every process. */
export interface PlatformKeys {
  /** Keys the fingerprints by which codes are compared: made once, as no code could be compared after a change. */
  readonly fingerprintKey: Buffer;
  readonly delivery: DeliveryKeys;
  /** Whether a start has sealed the rows: from then on none takes them as they stand, whatever else was taken away. */
  readonly areRowsSealed: boolean;
  /** The same of claims of codes, which are bound since later. */
  readonly areClaimsBound: boolean;
  /** Once both are. */
  readonly noteSealed: () => Promise<void>;
  /** Made at this start: there are no rows yet, and never is there a key that says they are not sealed. */
  readonly isNew: boolean;
}

const name = 'fingerprint';
const sinceClaims = places.platformKeyOfBoundClaims(name);
/** Where it may be bound, the newest first. */
const marks = [
  { place: sinceClaims, areRowsSealed: true, areClaimsBound: true },
  { place: places.platformKeyOfSealedRows(name), areRowsSealed: true, areClaimsBound: false },
  { place: places.platformKey(name), areRowsSealed: false, areClaimsBound: false },
] as const;

/** @throws SealBroken */
const opened = (ring: KeyRing, sealed: Buffer) => {
  for (const { place, ...mark } of marks) {
    try {
      return { key: ring.open(sealed, place), ...mark };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
    }
  }
  throw new SealBroken(`no key opens the key \`${name}\``);
};

/**
 * Called at the start of api and worker: what is missing is made, and what the master key does not open stops the start.
 * Whoever takes the first key away would have codes sold twice, the audit log not checked any more and rows believed as they
 * stand; whoever takes the other one, deliveries signed by a key that no terminal knows. A platform that has issuers or
 * orders makes none anew.
 */
export const loadPlatformKeys = async (
  ring: KeyRing,
  store: KeyStore,
  nowMs: () => number,
  begins: () => Promise<boolean>,
): Promise<PlatformKeys> => {
  let isNew = false;
  const madeOnce = (key: string, make: () => Buffer) =>
    store.readOrMake(key, async () => {
      if (await begins()) return make();
      throw new Error(`the key \`${key}\` is gone, though there are issuers or orders: put it back from a backup`);
    });
  const kept = await madeOnce(name, () => {
    isNew = true;
    return ring.seal(newKey(), sinceClaims);
  });
  const { key, ...mark } = opened(ring, kept.sealed);
  const delivery = createDeliveryKeys(ring, store, nowMs);
  await delivery.begin(madeOnce);
  return {
    fingerprintKey: deriveKey(key, name),
    delivery,
    ...mark,
    noteSealed: () => store.sealAnew(kept, ring.seal(key, sinceClaims)),
    isNew,
  };
};
