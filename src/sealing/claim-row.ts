import { createHash, createHmac } from 'node:crypto';
import type { KeyRing } from './key-ring';
import { type OrderKeys, unwrapOrderKey } from './order-keys';
import { isSame } from './order-row';

interface Code {
  readonly itemId: string;
  readonly fingerprint: string;
  readonly valueFingerprint: string;
  readonly uses?: number;
  readonly startsAtMs?: number;
  readonly expiresAtMs?: number;
  /** Left out by whoever reads no codes. */
  readonly sealed?: Uint8Array;
}

/** The codes of one call, as they are stored: the state of their judging is not bound, all else is. */
interface ClaimContent {
  readonly _id: string;
  readonly orderId: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly updateId: string;
  readonly codes: readonly Code[];
  readonly at: Date;
}

interface Claim extends ClaimContent {
  readonly claims?: readonly string[];
  /** Of the sealed bytes. */
  readonly digest?: string;
  readonly mac?: string;
}

interface Order {
  readonly _id: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly wrappedKey?: Uint8Array;
}

interface Binding {
  readonly digest: string;
  readonly mac: string;
}

const digestOf = (codes: readonly Code[]): string => {
  const hash = createHash('sha256');
  for (const { sealed = new Uint8Array() } of codes) hash.update(`${sealed.byteLength}:`).update(sealed);
  return hash.digest('base64url');
};

const macOf = (keys: Pick<OrderKeys, 'mac'>, { _id, orderId, updateId, codes }: ClaimContent, digest: string): string =>
  keys.mac(
    'claim',
    JSON.stringify([
      ...[_id, orderId, updateId, digest],
      // 10,000 of one order are looked at together: without names.
      codes.map((code) => [
        ...[code.itemId, code.fingerprint, code.valueFingerprint],
        ...[code.uses ?? null, code.startsAtMs ?? null, code.expiresAtMs ?? null],
      ]),
    ]),
  );

/** Made once, with the row: a sealed code belongs to its item and its call. */
export const bindClaim = (keys: Pick<OrderKeys, 'mac'>, claim: ClaimContent): Binding => {
  const digest = digestOf(claim.codes);
  return { digest, mac: macOf(keys, claim, digest) };
};

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumberOrNone = (value: unknown): boolean => value === undefined || Number.isFinite(value);

/** What its readers rely on. */
const isShaped = ({ _id, updateId, digest, mac, codes, at, claims = [] }: Claim): boolean =>
  [_id, updateId, digest, mac].every(isText) &&
  at instanceof Date &&
  Array.isArray(claims) &&
  Array.isArray(codes) &&
  codes.every(
    (code: Partial<Code> | null) =>
      code &&
      [code.itemId, code.fingerprint, code.valueFingerprint].every(isText) &&
      [code.uses, code.startsAtMs, code.expiresAtMs].every(isNumberOrNone),
  );

const hasBytes = ({ codes }: ClaimContent): boolean => codes.every(({ sealed }) => sealed instanceof Uint8Array);

/** What the store does with the MACs of claims. */
export const createClaimSeal = (ring: KeyRing, purgedKey: Uint8Array) => {
  const keysOf = ({ _id, wrappedKey }: Order): OrderKeys | undefined => {
    try {
      return wrappedKey && unwrapOrderKey(ring, _id, wrappedKey);
    } catch {
      return undefined;
    }
  };
  const ofPurged = ({ _id, claims = [] }: Pick<Claim, '_id' | 'claims'>): string =>
    createHmac('sha256', purgedKey)
      .update(JSON.stringify([_id, claims]))
      .digest('base64url');
  return {
    /** Of which claims the platform wrote them for this order. */
    fits: (order: Order): ((claim: Claim, withBytes?: boolean) => boolean) => {
      const keys = keysOf(order);
      return (claim, withBytes = false) =>
        keys !== undefined &&
        isShaped(claim) &&
        claim.orderId === order._id &&
        claim.issuerId === order.issuerId &&
        claim.orderNo === order.orderNo &&
        (!withBytes || (hasBytes(claim) && digestOf(claim.codes) === claim.digest)) &&
        isSame(macOf(keys, claim, String(claim.digest)), claim.mac);
    },

    /** Its key comes back with a master key: until then nobody can say which claims are its own. */
    isLocked: ({ wrappedKey }: Order): boolean => ring.isOfAbsentKey(wrappedKey),

    /** Of one from before there were MACs: it is taken as it stands. Undefined where no key opens its order. */
    bindingOf: (order: Order, claim: Claim): Binding | undefined => {
      const keys = keysOf(order);
      const isWhole = isShaped({ ...claim, digest: '', mac: '' }) && hasBytes(claim);
      return keys && isWhole ? bindClaim(keys, claim) : undefined;
    },

    /** Of what a purge leaves, which has no order's key any more. */
    ofPurged,
    isOfPurged: (claim: Claim): boolean => isText(claim.mac) && isSame(ofPurged(claim), claim.mac),
  };
};
