import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** DER by hand: no library makes keys that are slow to check with. */
const lengthOf = (bytes: number): Buffer =>
  bytes < 128
    ? Buffer.from([bytes])
    : bytes < 256
      ? Buffer.from([0x81, bytes])
      : Buffer.from([0x82, bytes >> 8, bytes & 255]);
const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
};
const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts);
const integer = (bytes: Buffer): Buffer =>
  tlv(2, (bytes[0] as number) & 128 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
const bits = (bytes: Buffer): Buffer => tlv(3, Buffer.alloc(1), bytes);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const nameOf = (text: string): Buffer => sequence(tlv(0x31, sequence(hex('0603550403'), tlv(0x0c, Buffer.from(text)))));
const time = (text: string): Buffer => tlv(0x17, Buffer.from(text));
const rsaKind = sequence(hex('06092a864886f70d010101'), hex('0500'));
const rsaSigned = sequence(hex('06092a864886f70d01010b'), hex('0500'));
const ecSigned = sequence(hex('06082a8648ce3d040302'));
const isAuthority = sequence(hex('0603551d13'), hex('0101ff'), tlv(4, sequence(hex('0101ff'))));
const forThisMachine = sequence(hex('0603551d11'), tlv(4, sequence(tlv(0x87, Buffer.from([127, 0, 0, 1])))));

interface Certificate {
  readonly subject: string;
  readonly by: string;
  readonly key: Buffer;
  readonly more: Buffer;
  /** Left out: valid now. */
  readonly until?: string;
  /** A key, or the bytes of a signature that is none. */
  readonly signedBy: KeyObject | number;
}

let serial = 0;
const certificate = ({ subject, by, key, more, until = '491231000000Z', signedBy }: Certificate): Buffer => {
  const isEc = typeof signedBy === 'object' && signedBy.asymmetricKeyType === 'ec';
  const algorithm = isEc ? ecSigned : rsaSigned;
  serial = (serial % 120) + 1;
  const content = sequence(
    ...[tlv(0xa0, integer(Buffer.from([2]))), integer(Buffer.from([serial])), algorithm, nameOf(by)],
    ...[sequence(time('250101000000Z'), time(until)), nameOf(subject), key, tlv(0xa3, sequence(more))],
  );
  const signature = typeof signedBy === 'number' ? randomBytes(signedBy) : sign('sha256', content, signedBy);
  if (typeof signedBy === 'number') signature[0] = 0x40;
  return sequence(content, algorithm, bits(signature));
};

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
const publicPart = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }) as Buffer;
const privatePem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const ecKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const ofThisMachine = (key: KeyObject, signedBy: KeyObject): Buffer =>
  certificate({ subject: 'leaf', by: 'between', key: publicPart(key), more: forThisMachine, signedBy });

const slowBytes = 384;
const odd = (first: number): Buffer => {
  const bytes = randomBytes(slowBytes);
  bytes[0] = first;
  bytes[slowBytes - 1] = (bytes[slowBytes - 1] as number) | 1;
  return bytes;
};
const slowPublicPart = (): Buffer => sequence(rsaKind, bits(sequence(integer(odd(0xff)), integer(odd(0xbf)))));

/** So many authorities above one another, signed by nobody, with RSA exponents as long as the modulus. */
export const untrustedSlowChain = (count: number) => {
  const leaf = ecKeys();
  const signedBy = slowBytes;
  const chain = [
    certificate({ subject: 'c0', by: 'c1', key: publicPart(leaf.publicKey), more: forThisMachine, signedBy }),
  ];
  for (let n = 1; n <= count; n += 1) {
    const by = `c${Math.min(n + 1, count)}`;
    chain.push(certificate({ subject: `c${n}`, by, key: slowPublicPart(), more: isAuthority, signedBy }));
  }
  return {
    cert: chain.map(pemOf).join(''),
    key: privatePem(leaf.privateKey),
    bytes: chain.reduce((sum, { length }) => sum + length, 0),
  };
};

const big = (text: string): bigint => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
const text = (number: bigint): string => {
  const digits = number.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString('base64url');
};
const inverse = (of: bigint, modulus: bigint): bigint => {
  let [a, b, x, y] = [of % modulus, modulus, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return a === 1n ? ((x % modulus) + modulus) % modulus : 0n;
};

/** A right key: its private exponent is the small one. */
const slowKey = (): KeyObject => {
  const { n, p, q, ...jwk } = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' });
  const [primeP, primeQ] = [big(p as string), big(q as string)];
  const phi = (primeP - 1n) * (primeQ - 1n);
  for (let d = 3n << 1_000n; ; d += 1n) {
    const e = inverse(d, phi);
    if (e === 0n) continue;
    const dp = text(d % (primeP - 1n));
    const dq = text(d % (primeQ - 1n));
    return createPrivateKey({
      format: 'jwk',
      key: { ...jwk, n, p, q, e: text(e), d: text(d), dp, dq } as import('node:crypto').JsonWebKey,
    });
  }
};

/**
 * An authority, and a server's certificate by another one between them that is slow to check with. `hidden`: one of the same
 * name, expired, stands before it, with the key of the authority or with another one that is quick.
 */
export const trustedSlowChain = ({
  hidden = false,
  slow = true,
  withKey = 'authority' as 'authority' | 'other',
} = {}) => {
  const root = ecKeys();
  const between = slow ? slowKey() : ecKeys().privateKey;
  const leaf = ecKeys();
  const publicOf = (key: KeyObject) => publicPart(createPublicKey(key));
  const ca = {
    subject: 'root',
    by: 'root',
    key: publicPart(root.publicKey),
    more: isAuthority,
    signedBy: root.privateKey,
  };
  const middle = { ...ca, subject: 'between' };
  const hiddenKey = withKey === 'authority' ? ca.key : publicPart(ecKeys().publicKey);
  const shown = [
    ofThisMachine(leaf.publicKey, between),
    ...(hidden ? [certificate({ ...middle, key: hiddenKey, until: '260101000000Z' })] : []),
    certificate({ ...middle, key: publicOf(between) }),
  ];
  return { ca: pemOf(certificate(ca)), cert: shown.map(pemOf).join(''), key: privatePem(leaf.privateKey) };
};

/**
 * An honest server whose chain has an old certificate: `root`: that of the authority, which made another one of the same name
 * and key; `crossSigned`: that of the authority by one that is no more, which nobody needs.
 */
export const oldChain = (what: 'root' | 'crossSigned') => {
  const [root, gone, between, leaf] = [ecKeys(), ecKeys(), ecKeys(), ecKeys()];
  const key = publicPart(root.publicKey);
  const ca = { subject: 'root', by: 'root', key, more: isAuthority, signedBy: root.privateKey };
  const isRoot = what === 'root';
  const shown = [
    ofThisMachine(leaf.publicKey, between.privateKey),
    certificate({ ...ca, subject: 'between', key: publicPart(between.publicKey) }),
    certificate({ ...ca, ...(isRoot ? {} : { by: 'gone', signedBy: gone.privateKey }), until: '260101000000Z' }),
  ];
  return { ca: pemOf(certificate(ca)), cert: shown.map(pemOf).join(''), key: privatePem(leaf.privateKey) };
};

/** A server's certificate with so many authorities between it and the one that is trusted, all with usual keys. */
export const longChain = (between: number) => {
  const keys = Array.from({ length: between + 2 }, ecKeys);
  const made = keys.map(({ publicKey }, n) => {
    const above = Math.max(n - 1, 0);
    const more = n > between ? forThisMachine : isAuthority;
    const { privateKey: signedBy } = keys[above] as (typeof keys)[0];
    return pemOf(certificate({ subject: `c${n}`, by: `c${above}`, key: publicPart(publicKey), more, signedBy }));
  });
  const [ca, ...shown] = made as [string, ...string[]];
  return { ca, cert: shown.reverse().join(''), key: privatePem((keys[between + 1] as (typeof keys)[0]).privateKey) };
};

/** So many authorities, each of another long name. */
export const manyAuthorities = (count: number): string[] => {
  const { publicKey, privateKey: signedBy } = ecKeys();
  return Array.from({ length: count }, (_, n) => {
    const subject = `${'long '.repeat(18)}${n}`;
    return pemOf(certificate({ subject, by: subject, key: publicPart(publicKey), more: isAuthority, signedBy }));
  });
};
