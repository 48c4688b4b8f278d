import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';

const secretPrefix = 'whsec_';
const publicKeyPrefix = 'whpk_';
const newSecretBytes = 32;
/** What Standard Webhooks allows; an issuer may bring a secret of its own making. */
const secretBytesMin = 24;
const secretBytesMax = 64;
const publicKeyBytes = 32;

/** Never carries the key: it may end in a log. */
export class KeyMalformed extends Error {
  override readonly name = 'KeyMalformed';
}

/** Padded standard base64 in its one canonical form, so that no second spelling of a key or signature is accepted. */
export const strictBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
};

const keyBytes = (text: string, prefix: string): Buffer => {
  const bytes = text.startsWith(prefix) ? strictBase64(text.slice(prefix.length)) : undefined;
  if (!bytes) throw new KeyMalformed(`the key must be ${prefix} followed by base64`);
  return bytes;
};

export const newSecret = (): string => secretPrefix + randomBytes(newSecretBytes).toString('base64');

export const parseSecret = (secret: string): Buffer => {
  const bytes = keyBytes(secret, secretPrefix);
  if (bytes.length < secretBytesMin || bytes.length > secretBytesMax) {
    throw new KeyMalformed(`the secret must have ${secretBytesMin} to ${secretBytesMax} bytes`);
  }
  return bytes;
};

/** Called for `GET /v1/keys`: the raw 32 bytes, as the public libraries read them. A private key gives its public half. */
export const publicKeyToWhpk = (key: KeyObject): string => {
  if (key.asymmetricKeyType !== 'ed25519') throw new KeyMalformed('the key must be an ed25519 key');
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  return publicKeyPrefix + Buffer.from(x ?? '', 'base64url').toString('base64');
};

export const whpkToPublicKey = (text: string): KeyObject => {
  const bytes = keyBytes(text, publicKeyPrefix);
  if (bytes.length !== publicKeyBytes) throw new KeyMalformed(`the public key must have ${publicKeyBytes} bytes`);
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
};
