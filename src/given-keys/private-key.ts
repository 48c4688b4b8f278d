import { bitsOf, contentOf, numberOf, type Part, partsOf, sequenceOf, tags } from './der';
import { type Curve, curveOf, ed25519Bytes, kindOf, needPoint } from './kinds';
import { type Block, blocksOf, pemOf } from './pem';
import { type Bits, needPrivateRsa } from './rsa';
import { UnfitKey } from './unfit-key';

export const privateKeyMaxChars = 16_384;
/** Each connection signs with it, while the process does nothing else: 16,384 bits take a third of a second. */
const usualRsaBits: Bits = { min: 2_048, max: 4_096 };

const besideIt: ReadonlySet<string> = new Set(['EC PARAMETERS', 'CERTIFICATE']);

const unfit = () => new UnfitKey('must be a private key in PEM, without a passphrase');

/** @returns The key alone, for a crypto library. @throws UnfitKey */
export const fitPrivateKey = (text: string, rsaBits: Bits = usualRsaBits): string => {
  // `openssl ecparam -genkey` writes the curve twice, and many keep a key and its certificate in one file.
  const blocks = blocksOf(text, privateKeyMaxChars)?.filter(({ label }) => !besideIt.has(label)) ?? [];
  const [key] = blocks;
  if (!key || blocks.length > 1) throw unfit();
  needFit(key, rsaBits);
  return pemOf(key);
};

const needFit = ({ label, der }: Block, rsaBits: Bits): void => {
  if (label === 'PRIVATE KEY') needPkcs8(der, rsaBits);
  else if (label === 'RSA PRIVATE KEY') needPrivateRsa(sequenceOf(der), rsaBits);
  else if (label === 'EC PRIVATE KEY') needPrivateEc(der);
  else throw unfit();
};

/** `PrivateKeyInfo` (RFC 5208); attributes, as Windows writes them, are passed over. */
const needPkcs8 = (der: Buffer, rsaBits: Bits): void => {
  const [version, algorithm, key, attributes, ...more] = sequenceOf(der);
  if (numberOf(version) !== 0n || (attributes && attributes.tag !== tags.first) || more.length > 0) throw unfit();
  const named = kindOf(partsOf(contentOf(algorithm, tags.sequence)));
  const inside = contentOf(key, tags.bytes);
  if (named.kind === 'rsa') needPrivateRsa(sequenceOf(inside), rsaBits);
  else if (named.kind === 'ec') needPrivateEc(inside, named.curve);
  else needPrivateEd25519(inside);
};

const needPrivateEd25519 = (bytes: Buffer): void => {
  const [secret, ...more] = partsOf(bytes);
  if (contentOf(secret, tags.bytes).length !== ed25519Bytes || more.length > 0) throw unfit();
};

/** `ECPrivateKey` (RFC 5915); its curve is named in it, or around it. */
const needPrivateEc = (bytes: Buffer, around?: Curve): void => {
  const [version, secret, ...more] = sequenceOf(bytes);
  const inside = only(more, tags.first);
  const point = only(more, tags.second);
  if (more.length > [inside, point].filter(Boolean).length || numberOf(version) !== 1n) throw unfit();
  const curve = inside || !around ? curveOf(inside) : around;
  const { length } = contentOf(secret, tags.bytes);
  if (length === 0 || length > curve.bytes || (around && curve !== around)) throw unfit();
  if (point) needPoint(bitsOf(point), curve);
};

/** What one field that may be left out has in it. */
const only = (fields: readonly Part[], tag: number): Part | undefined => {
  const field = fields.find((one) => one.tag === tag);
  const [part, ...more] = field ? partsOf(field.content) : [];
  if ((field && !part) || more.length > 0) throw unfit();
  return part;
};
