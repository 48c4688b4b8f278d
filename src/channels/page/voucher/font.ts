import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const headerBytes = 44;
const entryBytes = 20;

/**
 * A WOFF file as the plain font that is packed in it (W3C WOFF 1.0): the PDF library unpacks one in seconds, zlib in 25 ms.
 */
export const unpackWoff = (woff: Buffer): Buffer => {
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, n) => {
    const at = headerBytes + entryBytes * n;
    const packed = woff.subarray(woff.readUInt32BE(at + 4), woff.readUInt32BE(at + 4) + woff.readUInt32BE(at + 8));
    const isPacked = packed.length < woff.readUInt32BE(at + 12);
    return {
      tag: woff.subarray(at, at + 4),
      checksum: woff.readUInt32BE(at + 16),
      data: isPacked ? inflateSync(packed) : packed,
    };
  });
  const head = Buffer.alloc(12 + 16 * count);
  const largestPower = 2 ** Math.floor(Math.log2(count));
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(16 * largestPower, 6);
  head.writeUInt16BE(Math.log2(largestPower), 8);
  head.writeUInt16BE(16 * (count - largestPower), 10);
  const pieces: Buffer[] = [head];
  let position = head.length;
  for (const [n, { tag, checksum, data }] of tables.entries()) {
    const at = 12 + 16 * n;
    tag.copy(head, at);
    head.writeUInt32BE(checksum, at + 4);
    head.writeUInt32BE(position, at + 8);
    head.writeUInt32BE(data.length, at + 12);
    const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
    pieces.push(data, padding);
    position += data.length + padding.length;
  }
  return Buffer.concat(pieces);
};

const kept = (pathOf: () => string): (() => Buffer) => {
  let font: Buffer | undefined;
  return () => {
    font ??= unpackWoff(readFileSync(pathOf()));
    return font;
  };
};

/** Noto Sans SC (OFL-1.1): Latin and simplified Chinese. Read with the first voucher and kept: 2.5 MB. */
export const voucherFont = kept(() =>
  require.resolve('@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff'),
);

/** Noto Sans Arabic (OFL-1.1), read with the first voucher that has such a letter. */
export const arabicFont = kept(() =>
  require.resolve('@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-400-normal.woff'),
);
