/** The forms a code may take and which values fit each. The contract refuses what does not fit, so the page can always draw. */
export const codeFormats = ['text', 'url', 'qr', 'code128', 'ean13', 'pdf417', 'aztec', 'datamatrix'] as const;
export type CodeFormat = (typeof codeFormats)[number];

/**
 * UTF-8 bytes. 2048 is the longest value there is (512 characters of 4 bytes) and every QR code holds it.
 * PDF417 (1108) and Data Matrix (1556) lose two to the mark that says "this is UTF-8"; Aztec keeps its standard 23 % of correction.
 */
export const capacityBytes = { url: 2048, qr: 2048, pdf417: 1106, aztec: 1914, datamatrix: 1554 } as const;

/** Asked by the contract for every code that an issuer submits; the page relies on it when it draws. */
export function fitsFormat(format: CodeFormat, value: string): boolean {
  switch (format) {
    case 'text':
      return true;
    case 'url':
      return isWebAddress(value) && fitsCapacity(value, capacityBytes.url);
    case 'code128':
      return /^[\0-\x7f]{1,80}$/.test(value);
    case 'ean13':
      return /^[0-9]{13}$/.test(value) && hasRightCheckDigit(value);
    case 'qr':
    case 'pdf417':
    case 'aztec':
    case 'datamatrix':
      return fitsCapacity(value, capacityBytes[format]);
  }
}

// A lone surrogate has no UTF-8 form, so no picture could give it back.
function fitsCapacity(value: string, limitBytes: number): boolean {
  return value.length > 0 && value.length <= limitBytes && isWellFormed(value) && utf8Bytes(value) <= limitBytes;
}

const isWellFormed = (value: string): boolean => !/\p{Surrogate}/u.test(value);
const utf8Bytes = (value: string): number => new TextEncoder().encode(value).length;

// `URL` alone would repair spaces, tabs and missing slashes: the code goes out byte for byte, so it has to be right as it stands.
const isWebAddress = (value: string): boolean =>
  /^https?:\/\/[^/\\?#]/i.test(value) && !/[\0-\x20\x7f]/.test(value) && URL.canParse(value);

function hasRightCheckDigit(digits: string): boolean {
  const sum = [...digits].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}
