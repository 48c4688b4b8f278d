import { curveNamed, ed25519Bytes } from './kinds';
import { needPublicNumbers } from './rsa';
import { isFit } from './unfit-key';

const rsaBits = { min: 2_048, max: 4_096 };
const textMaxChars = 1_024;

/** Whether a signature may be checked with it: a public key (RFC 7517), as a provider of sign-ins publishes it. */
export const isFitJwk = (given: unknown): boolean => {
  if (typeof given !== 'object' || given === null || 'd' in given || 'k' in given) return false;
  const jwk = given as Readonly<Record<string, unknown>>;
  const bytesOf = (name: string): Buffer => {
    const text = jwk[name];
    return Buffer.from(typeof text === 'string' && text.length <= textMaxChars ? text : '', 'base64url');
  };
  const numberOf = (name: string): bigint => BigInt(`0x${bytesOf(name).toString('hex') || '0'}`);
  switch (jwk.kty) {
    case 'RSA':
      return isFit(() => needPublicNumbers(numberOf('n'), numberOf('e'), rsaBits));
    case 'EC': {
      const { bytes } = curveNamed(jwk.crv) ?? {};
      return bytes !== undefined && bytesOf('x').length === bytes && bytesOf('y').length === bytes;
    }
    case 'OKP':
      return jwk.crv === 'Ed25519' && bytesOf('x').length === ed25519Bytes;
    default:
      return false;
  }
};
