const signature = Buffer.from('89504e470d0a1a0a', 'hex');
/** What draws the picture; all else (texts, profiles, whatever follows the end) is left behind. */
const kept = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const chunkExtraBytes = 12;
/** Of a side: browsers unpack the whole picture, however few bytes it came in. */
const sideMaxPixels = 2_048;

/** Undefined: it is no picture, or too large to be unpacked. */
export const sanitisedPng = (png: Buffer): Buffer | undefined => {
  if (!png.subarray(0, signature.length).equals(signature)) return undefined;
  const chunks: Buffer[] = [];
  const types: string[] = [];
  for (let at = signature.length; types.at(-1) !== 'IEND'; ) {
    if (at + chunkExtraBytes > png.length) return undefined;
    const end = at + chunkExtraBytes + png.readUInt32BE(at);
    if (end > png.length) return undefined;
    const type = png.toString('latin1', at + 4, at + 8);
    if (types.length === 0 && (type !== 'IHDR' || !hasSides(png.subarray(at, end)))) return undefined;
    types.push(type);
    if (kept.has(type)) chunks.push(png.subarray(at, end));
    at = end;
  }
  return types.includes('IDAT') ? Buffer.concat([signature, ...chunks]) : undefined;
};

const hasSides = (header: Buffer): boolean =>
  header.length === chunkExtraBytes + 13 &&
  [8, 12].every((at) => header.readUInt32BE(at) >= 1 && header.readUInt32BE(at) <= sideMaxPixels);
