import { UnfitKey } from './unfit-key';

/** One value of DER (X.690): whoever knows its structure goes in with `partsOf`, so no input decides how deep. */
export interface Part {
  readonly tag: number;
  readonly content: Buffer;
}

export const tags = { integer: 2, bits: 3, bytes: 4, oid: 6, sequence: 0x30, first: 0xa0, second: 0xa1 } as const;

/** More than any structure that is read here has beside each other. */
const partsMax = 16;
const lengthBytesMax = 3;
const cut = () => new UnfitKey('must be whole, and in DER');

/** What stands one after the other in these bytes, which it fills. Lengths are written in their one shortest form. */
export const partsOf = (bytes: Buffer): Part[] => {
  const parts: Part[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag = 0, first = 0x80] = bytes.subarray(at, at + 2);
    const isLong = first > 0x80;
    const lengthBytes = isLong ? first - 0x80 : 0;
    const from = at + 2 + lengthBytes;
    if ((tag & 0x1f) === 0x1f || first === 0x80 || lengthBytes > lengthBytesMax || from > bytes.length) throw cut();
    const length = isLong ? bytes.readUIntBE(at + 2, lengthBytes) : first;
    const isShortest = !isLong || (length >= 0x80 && bytes[at + 2] !== 0);
    at = from + length;
    if (!isShortest || at > bytes.length || parts.length === partsMax) throw cut();
    parts.push({ tag, content: bytes.subarray(from, at) });
  }
  return parts;
};

export const contentOf = (part: Part | undefined, tag: number): Buffer => {
  if (part?.tag !== tag) throw cut();
  return part.content;
};

/** The parts of a sequence that is all there is in these bytes. */
export const sequenceOf = (bytes: Buffer): Part[] => {
  const [whole, ...more] = partsOf(bytes);
  if (more.length > 0) throw cut();
  return partsOf(contentOf(whole, tags.sequence));
};

/** A bit string of whole bytes. */
export const bitsOf = (part: Part | undefined): Buffer => {
  const content = contentOf(part, tags.bits);
  if (content[0] !== 0) throw cut();
  return content.subarray(1);
};

/** Not negative. How long it may be, its reader asks before it computes. */
export const numberOf = (part: Part | undefined): bigint => {
  const content = contentOf(part, tags.integer);
  const [first = 0x80, second = 0x80] = content;
  if (first >= 0x80 || (first === 0 && content.length > 1 && second < 0x80)) throw cut();
  return BigInt(`0x${content.toString('hex')}`);
};
