import { numberOf, type Part } from './der';
import { UnfitKey } from './unfit-key';

/** OpenSSL's own limit, which it keeps for long moduli alone. */
const exponentMaxBits = 64;
/** Keys are made with halves of the same length; a longer one costs by its cube. */
const halvesApartMaxBits = 32;

export interface Bits {
  readonly min: number;
  readonly max: number;
}

const bitsIn = (value: bigint): number => value.toString(2).length;
const isOdd = (value: bigint): boolean => value % 2n === 1n;

/** With these nobody computes longer than they tell. */
export const needPublicNumbers = (modulus: bigint, exponent: bigint, { min, max }: Bits): void => {
  const bits = bitsIn(modulus);
  if (bits < min || bits > max) throw new UnfitKey(`must have ${min} to ${max} bits`);
  if (!isOdd(modulus) || !isOdd(exponent) || exponent < 3n || bitsIn(exponent) > exponentMaxBits)
    throw new UnfitKey(`must have an odd exponent of 2 to ${exponentMaxBits} bits`);
};

/** `RSAPublicKey` (RFC 8017, A.1.1). */
export const needPublicRsa = (parts: readonly Part[], bits: Bits): void => {
  const [modulus = 0n, exponent = 0n] = parts.map(numberOf);
  if (parts.length !== 2) throw new UnfitKey('must be of two numbers');
  needPublicNumbers(modulus, exponent, bits);
};

/**
 * `RSAPrivateKey` (RFC 8017, A.1.2). Each number is held to what the others leave it: one of another length would sign
 * rightly and cost by that length. Whether the primes are some is not asked: that would be long work, too.
 */
export const needPrivateRsa = (parts: readonly Part[], bits: Bits): void => {
  if (parts.length !== 9) throw new UnfitKey('must be of two primes');
  const [version, n = 0n, e = 0n, d = 0n, p = 0n, q = 0n, dP, dQ, qInv = 0n] = parts.map(numberOf);
  if (version !== 0n) throw new UnfitKey('must be of two primes');
  needPublicNumbers(n, e, bits);
  if ([p, q].some((half) => !isOdd(half) || bitsIn(half) > bitsIn(n) / 2 + halvesApartMaxBits) || p * q !== n)
    throw new UnfitKey('must have two primes of half its length');
  const isSmall = d < n && qInv < p && dP === d % (p - 1n) && dQ === d % (q - 1n);
  if (!isSmall || [p, q].some((prime) => (e * d) % (prime - 1n) !== 1n))
    throw new UnfitKey('must have numbers that belong together');
};
