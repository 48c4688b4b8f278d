import crypto, { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { callCertificate, callSettings } from '../../src/contract/operator/call-settings';
import { fitCertificates } from '../../src/given-keys/certificates';
import { isFitJwk } from '../../src/given-keys/jwk';
import { fitPrivateKey } from '../../src/given-keys/private-key';
import { UnfitKey } from '../../src/given-keys/unfit-key';
import { ownAuthority } from '../support/certificates';
import * as der from '../support/der';
import { randomOf } from '../support/random';
import { seedOf } from '../support/seed';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const written = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1', options: object = {}): string =>
  key.export({ type, format: 'pem', ...options } as never).toString();
const long = (bitLength: number): bigint => (1n << BigInt(bitLength)) - 1n;
const { cert, key: certKey } = ownAuthority();
const rsa2048 = rsa(2_048);
const p256 = ec('P-256');

/** The numbers of a real key, of which some are changed. */
const rsaWith = (change: (numbers: bigint[]) => readonly bigint[], from: KeyObject = rsa2048): string => {
  const { n, e, d, p, q, dp, dq, qi } = from.export({ format: 'jwk' });
  const numbers = [n, e, d, p, q, dp, dq, qi].map((part) => {
    return BigInt(`0x${Buffer.from(part ?? '', 'base64url').toString('hex')}`);
  });
  return der.pem('RSA PRIVATE KEY', der.sequence(...change([0n, ...numbers]).map(der.integer)));
};
const put = (at: number, value: (numbers: readonly bigint[]) => bigint) =>
  rsaWith((numbers) => numbers.with(at, value(numbers)));

test.each([
  ['RSA, 2048 bits', rsa2048, 'pkcs1'],
  ['RSA, 3072 bits', rsa(3_072), 'pkcs1'],
  ['RSA, 4096 bits', rsa(4_096), 'pkcs1'],
  ['P-256', p256, 'sec1'],
  ['P-384', ec('P-384'), 'sec1'],
  ['P-521', ec('P-521'), 'sec1'],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey, 'pkcs8'],
] as const)('a key of %s passes, in either form, and is the same key', (_kind, key, type) => {
  for (const text of [written(key, type), written(key, 'pkcs8')])
    expect(createPrivateKey(fitPrivateKey(text)).equals(key)).toBe(true);
});

test('attributes, as Windows writes them into a key, are passed over', () => {
  const usage = der.tlv(0xa0, der.sequence(der.oid('551d0f'), der.tlv(0x31, der.bits(Buffer.from([0x80])))));
  const inside = p256.export({ type: 'pkcs8', format: 'der' }).subarray(3);
  const text = der.pem('PRIVATE KEY', der.sequence(inside, usage));
  expect(createPrivateKey(fitPrivateKey(text)).equals(p256)).toBe(true);
});

test('what tools write around a key is left away', () => {
  const curve = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
  const text = written(p256, 'sec1');
  const bag = 'Bag Attributes\n    friendlyName: acme\nKey Attributes: <No Attributes>\n';
  for (const around of [curve, bag]) expect(fitPrivateKey(around + text)).toBe(text);
  expect(fitPrivateKey(text.replaceAll('\n', '\r\n'))).toBe(text);
});

const passphrase = { cipher: 'aes-256-cbc', passphrase: 'open' };
const curveKey = (curve: Buffer): string =>
  der.privateKeyInfo(
    der.sequence(der.oid(der.oids.ec), curve),
    der.sequence(der.integer(1n), der.bytes(Buffer.alloc(32, 1))),
  );
const noPem = 'must be a private key in PEM, without a passphrase';
const otherKind = 'must be of RSA, P-256, P-384, P-521 or Ed25519';
const twoHalves = 'must have two primes of half its length';
const together = 'must have numbers that belong together';
const whole = 'must be whole, and in DER';

const unfitKeys: readonly (readonly [string, string, string])[] = [
  ['a DSA key', der.dsaKey(2_048), otherKind],
  ['a DH key', der.dhKey(2_048), otherKind],
  ['an RSA-PSS key', written(generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }).privateKey, 'pkcs8'), otherKind],
  ['an X25519 key', written(generateKeyPairSync('x25519').privateKey, 'pkcs8'), otherKind],
  ['an Ed448 key', written(generateKeyPairSync('ed448').privateKey, 'pkcs8'), otherKind],
  ['a key of another curve', written(ec('secp256k1'), 'pkcs8'), otherKind],
  ['a key of another curve, alone', written(ec('secp256k1'), 'sec1'), otherKind],
  ['a key of a curve of its own', curveKey(der.ownCurve), otherKind],
  ['an RSA key of 1024 bits', written(rsa(1_024), 'pkcs8'), 'must have 2048 to 4096 bits'],
  ['an RSA key of 16384 bits', put(1, () => long(16_384)), 'must have 2048 to 4096 bits'],
  ['a long exponent', put(2, () => long(65)), 'must have an odd exponent of 2 to 64 bits'],
  ['an exponent of 1', put(2, () => 1n), 'must have an odd exponent of 2 to 64 bits'],
  ['an even modulus', put(1, ([, n = 0n]) => n - 1n), 'must have an odd exponent of 2 to 64 bits'],
  ['another modulus', put(1, ([, n = 0n]) => n - 2n), twoHalves],
  ['a long d', put(3, ([, n = 0n, , d = 0n]) => d + n), together],
  ['a long dP', put(6, ([, , , , p = 0n, , dP = 0n]) => dP + (p - 1n) * long(9_000)), together],
  ['a long dQ', put(7, ([, , , , , q = 0n, , dQ = 0n]) => dQ + (q - 1n) * long(9_000)), together],
  ['a long qInv', put(8, ([, , , , p = 0n, , , , qInv = 0n]) => qInv + p * long(9_000)), together],
  ['a d of another exponent', put(2, () => 3n), together],
  ['a prime of 1', rsaWith(([v, n, e, d, , , ...more]) => [v, n, e, d, n, 1n, ...more] as bigint[]), twoHalves],
  ['another version', put(0, () => 1n), 'must be of two primes'],
  [
    'three primes',
    der.pem('RSA PRIVATE KEY', der.sequence(...Array(9).fill(der.integer(1n)), der.sequence())),
    'must be of two primes',
  ],
  ['a number more', rsaWith((numbers) => [...numbers, 5n]), 'must be of two primes'],
  ['a number less', rsaWith((numbers) => numbers.slice(0, 8)), 'must be of two primes'],
  ['a passphrase', written(rsa2048, 'pkcs8', passphrase), noPem],
  ['a passphrase of former days', written(rsa2048, 'pkcs1', passphrase), noPem],
  ['two keys', written(p256, 'pkcs8') + written(p256, 'sec1'), noPem],
  ['a cut one beside it', `${written(p256, 'pkcs8')}-----BEGIN PRIVATE KEY-----\nAAAA`, noPem],
  ['a certificate', cert, noPem],
  ['another label', der.pem('ANY PRIVATE KEY', der.sequence()), noPem],
  ['no PEM', 'none', noPem],
  ['250,000 characters', 'A'.repeat(250_000), 'must have at most 16384 characters'],
  ['nothing', der.pem('PRIVATE KEY', der.sequence()), whole],
  ['more after its end', der.pem('RSA PRIVATE KEY', Buffer.concat([der.sequence(), der.sequence()])), whole],
  ['no end', der.pem('PRIVATE KEY', Buffer.from('308002010030', 'hex')), whole],
  ['a length beyond its end', der.pem('PRIVATE KEY', Buffer.from('308400ffffff', 'hex')), whole],
  ['a thousand parts', der.pem('PRIVATE KEY', der.sequence(...Array(1_000).fill(der.nothing))), whole],
  [
    'a negative number',
    der.pem('RSA PRIVATE KEY', der.sequence(...Array(9).fill(Buffer.from('0201ff', 'hex')))),
    whole,
  ],
];

const reasonOf = (look: () => unknown): string | undefined => {
  try {
    look();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnfitKey);
    return (error as UnfitKey).message;
  }
};

test.each(unfitKeys)('a private key with %s is refused, and no crypto library reads it', (_what, key, reason) => {
  expect(reasonOf(() => fitPrivateKey(key))).toBe(reason);
  const reads = [jest.spyOn(crypto, 'createPrivateKey'), jest.spyOn(tls, 'createSecureContext')];
  const { error } = callCertificate.safeParse({ certificate: cert, key });
  const readings = reads.map((read) => read.mock.calls.length);
  for (const read of reads) read.mockRestore();
  expect(readings).toEqual([0, 0]);
  expect(error?.issues).toHaveLength(1);
  expect(error?.issues[0]?.path).toEqual(['key']);
});

const ecPublic = (curve: Buffer, point: number) =>
  der.sequence(der.sequence(der.oid(der.oids.ec), curve), der.bits(Buffer.alloc(point, 2)));
const dsaPublic = der.sequence(
  der.sequence(der.oid(der.oids.dsa), der.sequence(der.integer(long(2_048)), der.integer(long(256)), der.integer(2n))),
  der.bits(der.integer(long(2_047))),
);

test.each([
  ['an RSA exponent as long as the modulus', der.rsaPublicKey(long(3_072), long(3_071)), 'exponent'],
  ['an RSA modulus of 16,384 bits', der.rsaPublicKey(long(16_384), 65_537n), 'must have 512 to 8192 bits'],
  ['a DSA key', dsaPublic, otherKind],
  ['a curve of its own', ecPublic(der.ownCurve, 67), otherKind],
  ['another curve', ecPublic(der.oid(der.oids.secp256k1), 65), otherKind],
  ['a long point', ecPublic(der.oid(der.oids.p256), 9_000), 'must have a point of its curve'],
])('a certificate with %s is refused, also as an authority, and no crypto library reads it', (_what, key, reason) => {
  const certificate = der.certificateWith(key);
  expect(reasonOf(() => fitCertificates(cert + certificate))).toContain(reason);
  const reads = jest.spyOn(crypto, 'X509Certificate');
  const pair = callCertificate.safeParse({ certificate: cert + certificate, key: certKey });
  const authority = callSettings.callCa.safeParse(certificate);
  const readings = reads.mock.calls.length;
  reads.mockRestore();
  expect(readings).toBe(0);
  expect(pair.error?.issues).toEqual([expect.objectContaining({ path: ['certificate'] })]);
  expect(authority.error?.issues).toEqual([expect.objectContaining({ message: expect.stringContaining(reason) })]);
});

test('certificates pass as they are, up to twenty, with what is written around them', () => {
  const known = new X509Certificate(cert).fingerprint256;
  const fit = fitCertificates(`# Of acme\n${cert.repeat(20)}`);
  expect(fit.map((one) => new X509Certificate(one).fingerprint256)).toEqual(Array(20).fill(known));
  for (const text of [cert.repeat(21), 'none', '', cert + cert.slice(0, 200), certKey])
    expect(reasonOf(() => fitCertificates(text))).toMatch(/^must (be 1 to 20 certificates in PEM|have at most)/);
  expect(fitCertificates(' ', { min: 0 })).toEqual([]);
  for (const root of tls.rootCertificates)
    expect(new X509Certificate(fitCertificates(root)[0] ?? '').raw.equals(new X509Certificate(root).raw)).toBe(true);
  for (const named of ['P-256', 'P-384', 'P-521']) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: named });
    const certificate = der.certificateWith(publicKey.export({ type: 'spki', format: 'der' }));
    expect(new X509Certificate(fitCertificates(certificate)[0] ?? '').publicKey.equals(publicKey)).toBe(true);
  }
});

test('of a set of keys those are computed with that are RSA, P-256, P-384, P-521 or Ed25519, and public', () => {
  const exported = (key: KeyObject) => crypto.createPublicKey(key).export({ format: 'jwk' });
  const fit = [rsa2048, p256, ec('P-521'), generateKeyPairSync('ed25519').privateKey].map(exported);
  expect(fit.map(isFitJwk)).toEqual([true, true, true, true]);
  const [ofRsa, ofEc] = fit;
  const longText = Buffer.alloc(384, 0xff).toString('base64url');
  const unfit = [
    { ...ofRsa, e: longText },
    { ...ofRsa, n: Buffer.alloc(2_048, 0xff).toString('base64url') },
    { ...ofRsa, n: 5 },
    { kty: 'RSA' },
    { ...ofEc, x: longText },
    exported(ec('secp256k1')),
    exported(generateKeyPairSync('x25519').privateKey),
    p256.export({ format: 'jwk' }),
    { kty: 'oct', k: longText },
    null,
    'key',
  ];
  expect(unfit.map(isFitJwk)).toEqual(unfit.map(() => false));
});

test('whatever the bytes, a key is refused or is of the closed list', () => {
  const random = randomOf(seedOf('given keys'));
  const upTo = (max: number): number => Math.floor(random() * max);
  const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const real = [
    ['RSA PRIVATE KEY', bytesOf(written(rsa2048, 'pkcs1'))],
    ['PRIVATE KEY', bytesOf(written(rsa2048, 'pkcs8'))],
    ['PRIVATE KEY', bytesOf(written(p256, 'pkcs8'))],
    ['EC PRIVATE KEY', bytesOf(written(p256, 'sec1'))],
    ['CERTIFICATE', bytesOf(cert)],
    ['PRIVATE KEY', bytesOf(der.dsaKey(512))],
  ] as const;
  const nested = (depth: number): Buffer =>
    depth === 0
      ? Buffer.from(Array.from({ length: upTo(40) }, () => upTo(256)))
      : der.tlv(
          [2, 3, 4, 5, 6, 0x30, 0xa0, 0xa1][upTo(8)] ?? 0,
          ...Array.from({ length: upTo(4) }, () => nested(depth - 1)),
        );
  const changed = (whole_: Buffer): Buffer => {
    const copy = Buffer.from(whole_);
    // Mostly where tags, lengths and names are.
    for (let n = upTo(4); n >= 0; n -= 1) copy[upTo(random() < 0.7 ? 40 : copy.length)] = upTo(256);
    return random() < 0.2 ? copy.subarray(0, upTo(copy.length)) : copy;
  };
  const kinds = new Set<string | undefined>();
  for (let n = 0; n < 3_000; n += 1) {
    const [label, from] = real[upTo(real.length)] ?? real[0];
    const text = der.pem(label, random() < 0.8 ? changed(from) : der.sequence(nested(upTo(6)), nested(upTo(6))));
    reasonOf(() => fitCertificates(text));
    let fit: string | undefined;
    reasonOf(() => {
      fit = fitPrivateKey(text);
    });
    if (fit === undefined) continue;
    try {
      const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(fit);
      kinds.add(asymmetricKeyType);
      expect(asymmetricKeyDetails?.modulusLength ?? 2_048).toBeLessThanOrEqual(4_096);
    } catch (error) {
      // Read by OpenSSL alone: a point that is not on its curve.
      expect(Reflect.get(error as Error, 'code')).toMatch(/^ERR_OSSL_/);
    }
  }
  expect([...kinds].every((kind) => kind === 'rsa' || kind === 'ec')).toBe(true);
});
