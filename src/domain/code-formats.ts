/** The forms a code may take and which values fit each. The contract refuses what does not fit, so the page can always draw. */
export const codeFormats = [
  'text',
  'url',
  'qr',
  'code128',
  'code39',
  'itf',
  'ean13',
  'ean8',
  'upca',
  'gs1-128',
  'pdf417',
  'aztec',
  'datamatrix',
] as const;
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
    case 'code39':
      return /^[0-9A-Z .$/+%-]{1,80}$/.test(value);
    case 'itf':
      return /^([0-9]{2}){1,40}$/.test(value);
    case 'ean13':
      return isNumberWithCheckDigit(value, 13);
    case 'ean8':
      return isNumberWithCheckDigit(value, 8);
    case 'upca':
      return isNumberWithCheckDigit(value, 12);
    case 'gs1-128':
      return isGs1(value);
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

const isNumberWithCheckDigit = (value: string, length: number): boolean =>
  new RegExp(`^[0-9]{${length}}$`).test(value) && hasRightCheckDigit(value);

/** Of all numbers of GS1: weighed from the right by 1 and 3 in turn. */
function hasRightCheckDigit(digits: string): boolean {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

const gs1CharactersMax = 48;
/** Application identifiers in brackets, each before its value of GS1's characters but the brackets themselves. */
const gs1Elements = /\(([0-9]{2,4})\)([!"%-'*-?A-Z_a-z]+)/g;
const lengthWithCheckDigit: Readonly<Record<string, number>> = { '00': 18, '01': 14, '02': 14 };

function isGs1(value: string): boolean {
  const elements = [...value.matchAll(gs1Elements)];
  const isWhole = elements.length > 0 && elements.map(([element]) => element).join('') === value;
  if (!isWhole || value.replaceAll(/[()]/g, '').length > gs1CharactersMax) return false;
  return elements.every(([, identifier = '', content = '']) => {
    const length = lengthWithCheckDigit[identifier];
    return length === undefined || isNumberWithCheckDigit(content, length);
  });
}
