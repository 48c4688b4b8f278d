import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type KeyRing, SealBroken, sha256 } from './key-ring';
import { places } from './places';

/** Signs deliveries to webhook terminals (`v1a`), which share no secret with the platform. */
export interface DeliveryKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAt: Date;
  /** Absent on the newest one. */
  readonly endsAt?: Date;
}

interface KeptKey {
  readonly _id: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
  readonly former?: { readonly sealed: Buffer; readonly createdAt: Date; readonly endsAt: Date };
}

/** What the store does for the platform's keys. */
export interface KeyStore {
  readonly find: (name: string) => Promise<KeptKey | null>;
  readonly readOrMake: (name: string, make: () => Buffer | Promise<Buffer>) => Promise<KeptKey>;
  readonly sealAnew: (seen: KeptKey, sealed: Buffer) => Promise<void>;
  readonly rotate: (seen: KeptKey, sealed: Buffer, at: Date, endOldNow: boolean) => Promise<Date | undefined>;
}

export type DeliveryKeys = ReturnType<typeof createDeliveryKeys>;

/** Every process signs with what a rotation left within this time. */
const ttlMs = 2_000;
const name = 'delivery';
const context = places.platformKey(name);

/** One key, or two for a day after a rotation. They are read again and again, as another process may rotate them. */
export const createDeliveryKeys = (
  ring: KeyRing,
  { find, rotate }: Pick<KeyStore, 'find' | 'rotate'>,
  nowMs: () => number,
) => {
  let known: { readonly keys: readonly DeliveryKey[]; readonly atMs: number } | undefined;

  const sealedNew = (): Buffer =>
    ring.seal(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }), context);

  const opened = ({ sealed, createdAt, endsAt }: { sealed: Buffer; createdAt: Date; endsAt?: Date }): DeliveryKey => {
    const privateKey = createPrivateKey({ key: ring.open(sealed, context), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey);
    const id = `delivery-${sha256(publicKey.export({ format: 'der', type: 'spki' })).slice(0, 12)}`;
    return { id, privateKey, publicKey, createdAt, ...(endsAt ? { endsAt } : {}) };
  };

  const living = (keys: readonly DeliveryKey[]): DeliveryKey[] =>
    keys.filter(({ endsAt }) => !endsAt || endsAt.getTime() > nowMs());

  /** @throws SealBroken where somebody took it away: terminals know no other one. */
  const kept = async (): Promise<KeptKey> => {
    const found = await find(name);
    if (found) return found;
    throw new SealBroken(`the key \`${name}\` is gone: put it back from a backup`);
  };

  /** Newest first, as the database has them now. */
  const live = async (): Promise<DeliveryKey[]> => {
    const atMs = nowMs();
    const { sealed, createdAt, former } = await kept();
    const keys = [opened({ sealed, createdAt }), ...(former ? [opened(former)] : [])];
    known = { keys, atMs };
    return living(keys);
  };

  return {
    /** At a start. */
    begin: async (madeOnce: (key: string, make: () => Buffer) => Promise<unknown>): Promise<void> => {
      await madeOnce(name, sealedNew);
      await live();
    },

    live,

    /** Asked with every delivery, so what was read is kept for a moment; an end counts at once. */
    signing: async (): Promise<KeyObject[]> => {
      const keys = known && nowMs() - known.atMs < ttlMs ? living(known.keys) : await live();
      return keys.map(({ privateKey }) => privateKey);
    },

    /** Undefined: another rotation came in between. */
    rotate: async (endOldNow: boolean): Promise<{ key: DeliveryKey; oldId: string; oldEndsAt: Date } | undefined> => {
      const seen = await kept();
      const old = opened(seen);
      const createdAt = new Date(nowMs());
      const sealed = sealedNew();
      const oldEndsAt = await rotate(seen, sealed, createdAt, endOldNow);
      known = undefined;
      return oldEndsAt && { key: opened({ sealed, createdAt }), oldId: old.id, oldEndsAt };
    },
  };
};
