/**
 * Called by barcode.ts for values beyond ASCII. The library's own choice of modes can waste room near a symbol's limit;
 * bytes written one after another take a length known beforehand, so whatever fits the capacity is drawn.
 */
export interface ByteCodewords {
  readonly text: string;
  readonly count: number;
}

const raw = (codewords: readonly number[]): ByteCodewords => ({
  text: codewords.map((codeword) => `^${String(codeword).padStart(3, '0')}`).join(''),
  count: codewords.length,
});

/** ISO/IEC 15438: "what follows is ECI 26" (UTF-8), byte compaction, six bytes in five codewords of base 900. */
export function pdf417Bytes(bytes: Uint8Array): ByteCodewords {
  const codewords = [927, 26, bytes.length % 6 === 0 ? 924 : 901];
  let at = 0;
  for (; at + 6 <= bytes.length; at += 6) {
    let six = bytes.subarray(at, at + 6).reduce((number, byte) => number * 256 + byte, 0);
    const five: number[] = [];
    for (let digit = 0; digit < 5; digit += 1) {
      five.unshift(six % 900);
      six = Math.floor(six / 900);
    }
    codewords.push(...five);
  }
  codewords.push(...bytes.subarray(at));
  return raw(codewords);
}

const dataMatrixCodewords = 1558;

/** ISO/IEC 16022: "what follows is ECI 26" (UTF-8), base 256, where each byte is masked by its place. */
export function dataMatrixBytes(bytes: Uint8Array): ByteCodewords {
  const codewords = [241, 27, 231];
  const masked = (byte: number): void => {
    const place = codewords.length + 1;
    codewords.push((byte + ((149 * place) % 255) + 1) % 256);
  };
  for (const field of lengthField(bytes.length, codewords.length)) masked(field);
  for (const byte of bytes) masked(byte);
  return raw(codewords);
}

// Zero says "to the end of the symbol", one codeword shorter: only for the value that fills the largest one.
function lengthField(length: number, taken: number): number[] {
  if (length < 250) return [length];
  if (taken + 2 + length > dataMatrixCodewords) return [0];
  return [Math.floor(length / 250) + 249, length % 250];
}
