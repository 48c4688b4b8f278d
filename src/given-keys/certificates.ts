import { bitsOf, contentOf, partsOf, sequenceOf, tags } from './der';
import { ed25519Bytes, kindOf, needPoint } from './kinds';
import { blocksOf, pemOf } from './pem';
import { type Bits, needPublicRsa } from './rsa';
import { isFit, UnfitKey } from './unfit-key';

export const certificatesMax = 20;
export const certificatesMaxChars = 65_536;
/** To check with one costs little; TLS itself asks for more than the least. */
const rsaBits: Bits = { min: 512, max: 8_192 };

/** @returns Each alone, for a crypto library. @throws UnfitKey */
export const fitCertificates = (text: string, { min = 1 } = {}): string[] => {
  const blocks = blocksOf(text, certificatesMaxChars) ?? [];
  const isOther = blocks.some(({ label }) => label !== 'CERTIFICATE') || (blocks.length === 0 && text.trim() !== '');
  if (isOther || blocks.length < min || blocks.length > certificatesMax)
    throw new UnfitKey(`must be ${min} to ${certificatesMax} certificates in PEM`);
  for (const { der } of blocks) needFit(der);
  return blocks.map(pemOf);
};

/** Of authorities that are kept already: one that is unfit takes none of the others with it. @throws UnfitKey */
export const fittingCertificates = (text: string): string[] => {
  const blocks = (blocksOf(text, certificatesMaxChars) ?? []).slice(0, certificatesMax);
  const fitting = blocks.filter((block) => block.label === 'CERTIFICATE' && isFit(() => needFit(block.der)));
  if (fitting.length === 0) throw new UnfitKey('has no certificate that may be used');
  return fitting.map(pemOf);
};

/** `Certificate` (RFC 5280), as far as its key: the rest is names and times, and checked against that key. */
const needFit = (der: Buffer): void => {
  const [signed, , signature, ...more] = sequenceOf(der);
  const fields = partsOf(contentOf(signed, tags.sequence));
  const [serial, , issuer, times, subject, key] = fields[0]?.tag === tags.first ? fields.slice(1) : fields;
  contentOf(serial, tags.integer);
  for (const field of [issuer, times, subject]) contentOf(field, tags.sequence);
  bitsOf(signature);
  if (more.length > 0) throw new UnfitKey('must be whole, and in DER');
  needPublicKey(contentOf(key, tags.sequence));
};

/** `SubjectPublicKeyInfo`. */
const needPublicKey = (bytes: Buffer): void => {
  const [algorithm, key, ...more] = partsOf(bytes);
  const named = kindOf(partsOf(contentOf(algorithm, tags.sequence)));
  const inside = bitsOf(key);
  if (named.kind === 'rsa') needPublicRsa(sequenceOf(inside), rsaBits);
  else if (named.kind === 'ec') needPoint(inside, named.curve);
  if (more.length > 0 || (named.kind === 'ed25519' && inside.length !== ed25519Bytes))
    throw new UnfitKey('must be whole, and in DER');
};
