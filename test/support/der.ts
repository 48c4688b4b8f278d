/** Writes DER as who wants harm would: any numbers, under any names. */
const lengthOf = (length: number): Buffer => {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
};

export const tlv = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const whole = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(whole.length), whole]);
};

export const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
export const bytes = (...parts: readonly Buffer[]): Buffer => tlv(4, ...parts);
export const bits = (...parts: readonly Buffer[]): Buffer => tlv(3, Buffer.from([0]), ...parts);
export const oid = (hex: string): Buffer => tlv(6, Buffer.from(hex, 'hex'));
export const nothing = tlv(5);

export const integer = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const whole = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  return tlv(2, whole[0] !== undefined && whole[0] >= 0x80 ? Buffer.concat([Buffer.from([0]), whole]) : whole);
};

export const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

export const oids = {
  rsa: '2a864886f70d010101',
  rsaPss: '2a864886f70d01010a',
  dsa: '2a8648ce380401',
  dh: '2a864886f70d010301',
  ec: '2a8648ce3d0201',
  p256: '2a8648ce3d030107',
  secp256k1: '2b8104000a',
  primeField: '2a8648ce3d0101',
} as const;

/** PKCS #8. */
export const privateKeyInfo = (algorithm: Buffer, key: Buffer): string =>
  pem('PRIVATE KEY', sequence(integer(0n), algorithm, bytes(key)));

/** As long as that, odd, and the same each time. */
const long = (bitLength: number): bigint => (1n << BigInt(bitLength - 1)) + 0x5a5a5an * 2n + 1n;

/** OpenSSL computes their public half while it reads them: g^x mod p, with what stands here. */
export const dsaKey = (bitLength: number): string =>
  privateKeyInfo(
    sequence(oid(oids.dsa), sequence(integer(long(bitLength)), integer(long(256)), integer(long(bitLength - 1)))),
    integer(long(bitLength - 2)),
  );
export const dhKey = (bitLength: number): string =>
  privateKeyInfo(sequence(oid(oids.dh), sequence(integer(long(bitLength)), integer(2n))), integer(long(bitLength - 2)));

/** A curve that is written out: its field, a, b, base point and order. */
export const ownCurve = sequence(
  integer(1n),
  sequence(oid(oids.primeField), integer(long(521))),
  sequence(bytes(Buffer.alloc(66, 1)), bytes(Buffer.alloc(66, 2))),
  bytes(Buffer.alloc(67, 2)),
  integer(long(521)),
);

/** Of nobody, with that key; its signature is none. */
export const certificateWith = (publicKey: Buffer): string => {
  const algorithm = sequence(oid('2a864886f70d01010b'), nothing);
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(12, Buffer.from('acme')))));
  const times = sequence(tlv(23, Buffer.from('260101000000Z')), tlv(23, Buffer.from('460101000000Z')));
  const signed = sequence(tlv(0xa0, integer(2n)), integer(1n), algorithm, name, times, name, publicKey);
  return pem('CERTIFICATE', sequence(signed, algorithm, bits(Buffer.alloc(256, 7))));
};

export const rsaPublicKey = (modulus: bigint, exponent: bigint): Buffer =>
  sequence(sequence(oid(oids.rsa), nothing), bits(sequence(integer(modulus), integer(exponent))));
