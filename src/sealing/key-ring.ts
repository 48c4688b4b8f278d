import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { types } from 'node:util';

/**
 * AES-256-GCM under named keys. A sealed value is `version (1) | key id (4) | nonce (12) | tag (16) | ciphertext`, so that
 * what an older master key sealed can still be opened after a rotation.
 */
const sealVersion = 1;
const headerBytes = 1 + 4 + 12 + 16;

export interface KeyRing {
  /** `context` binds the sealed bytes to their place: opened elsewhere they fail. */
  seal(plain: Uint8Array, context: string): Buffer;
  /** Base64 where it is text. What is neither is broken: an object with a `length` would be that many bytes. */
  open(sealed: Uint8Array | string, context: string): Buffer;
  /** Sealed, as it seems, by a key that is not configured now: nobody can say whose it is. */
  isOfAbsentKey(sealed: Uint8Array | undefined): boolean;
  /** Whether the key that seals today sealed this. */
  isSealedByFirst(sealed: Uint8Array): boolean;
}

export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/**
 * Read once at the start from `MASTER_KEY`: base64 of 32 bytes, several separated by commas; the first one seals, all open.
 *
 * @throws RangeError on anything else.
 */
export const parseMasterKeys = (text: string): Buffer[] => {
  const keys = text.split(',').map((part) => part.trim());
  // What is no base64 would be passed over, and another key be read than was meant.
  if (!keys.every((key) => /^[\w+/-]{43}=?$/.test(key))) throw new RangeError('MASTER_KEY must be base64 of 32 bytes');
  return keys.map((key) => Buffer.from(key, 'base64'));
};

export const createKeyRing = (keys: readonly Uint8Array[]): KeyRing => {
  const ring = keys.map((key) => ({ key, id: createHash('sha256').update(key).digest().subarray(0, 4) }));
  const current = ring[0];
  if (!current) throw new RangeError('a key ring needs a key');
  return {
    isSealedByFirst: (sealed) =>
      types.isUint8Array(sealed) && sealed[0] === sealVersion && current.id.equals(sealed.subarray(1, 5)),
    isOfAbsentKey: (sealed) =>
      types.isUint8Array(sealed) &&
      sealed[0] === sealVersion &&
      sealed.length > headerBytes &&
      !ring.some(({ id }) => id.equals(sealed.subarray(1, 5))),
    seal: (plain, context) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(Buffer.from(context));
      const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([sealVersion]), current.id, nonce, cipher.getAuthTag(), ciphertext]);
    },
    open: (given, context) => {
      const sealed = bytesOf(given);
      const entry = ring.find(({ id }) => id.equals(sealed.subarray(1, 5)));
      if (!entry || sealed[0] !== sealVersion || sealed.length < headerBytes) throw new SealBroken('no key opens this');
      const decipher = createDecipheriv('aes-256-gcm', entry.key, sealed.subarray(5, 17))
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(17, 33));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(33)), decipher.final()]);
      } catch {
        throw new SealBroken('the sealed bytes were changed or belong elsewhere');
      }
    },
  };
};

const bytesOf = (given: unknown): Buffer => {
  if (typeof given === 'string') return Buffer.from(given, 'base64');
  if (!types.isUint8Array(given)) throw new SealBroken('these are no sealed bytes');
  return Buffer.from(given.buffer, given.byteOffset, given.byteLength);
};

export const newKey = (): Buffer => randomBytes(32);

export const deriveKey = (key: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, 32));

/** A keyed hash, 128 bits: tells equality to whoever has the key and nothing to anyone else. */
export const fingerprint = (key: Uint8Array, text: Uint8Array | string): string =>
  createHmac('sha256', key).update(text).digest().subarray(0, 16).toString('base64url');

export const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('base64url');
