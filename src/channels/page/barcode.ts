import bwipjs from 'bwip-js/node';
import type { CodeFormat } from '../../domain/code-formats';
import { dataMatrixBytes, pdf417Bytes } from './byte-codewords';
import { symbolSvg } from './symbol-svg';

interface Drawing {
  readonly bcid: string;
  readonly text: string;
  readonly [option: string]: string | number | boolean;
}

/** Called by the pick-up page's route for each code that it shows; drawn white-backed with its quiet zone, so it scans in the dark too. */
export function codePicture(format: CodeFormat, value: string): string | undefined {
  if (format === 'text') return undefined;
  try {
    const drawing: Drawing = { binarytext: true, ...drawings[format](value) };
    if (drawing.includetext !== true) return symbolSvg(drawing, drawnScale);
    return bwipjs.toSVG({ scale: drawnScale, backgroundcolor: 'FFFFFF', barcolor: '000000', ...drawing });
  } catch {
    // A code stored under other limits: the page still shows its value.
    return undefined;
  }
}

/** Of a value that has a picture: each takes up to a millisecond of a processor to draw. */
export const pictureBytes = ({ format, value }: { readonly format: CodeFormat; readonly value: string }): number =>
  format === 'text' ? 0 : utf8(value).length;

const barFormats: ReadonlySet<CodeFormat> = new Set(['code128', 'code39', 'itf', 'gs1-128']);

/** How many of its narrowest bars stand side by side in a drawing of `codePicture`; 0 where it has no bars. */
export const narrowestBars = (format: CodeFormat, svg: string): number =>
  barFormats.has(format) ? Number(/viewBox="0 0 ([0-9.]+)/.exec(svg)?.[1] ?? 0) / drawnScale : 0;

const drawnScale = 2;

/** The same for a mail, whose readers draw no SVG. */
export async function codePng({
  format,
  value,
}: {
  readonly format: CodeFormat;
  readonly value: string;
}): Promise<Buffer | undefined> {
  if (format === 'text') return undefined;
  try {
    return await bwipjs.toBuffer({ scale: 3, backgroundcolor: 'FFFFFF', binarytext: true, ...drawings[format](value) });
  } catch {
    return undefined;
  }
}

const utf8 = (value: string): Buffer => Buffer.from(value, 'utf8');
const isAscii = (value: string): boolean => /^[\0-\x7f]*$/.test(value);
// The library packs text best, but how well depends on the text; up to here even its worst packing fits every symbol.
const packsSurely = (value: string): boolean => isAscii(value) && value.length <= 512;

// Readers take bytes for Latin-1 unless ECI 26 says UTF-8; plain ASCII goes without it, for scanners that know no ECI.
const marked = (value: string): { text: string; parsefnc: boolean } =>
  isAscii(value)
    ? { text: value, parsefnc: false }
    : { text: `^ECI000026${utf8(value).toString('latin1').replaceAll('^', '^^')}`, parsefnc: true };

function qr(value: string): Drawing {
  // Past this size smaller squares cost more than correction gives.
  const eclevel = utf8(value).length <= 400 ? 'M' : 'L';
  return { bcid: 'qrcode', ...marked(value), eclevel, padding: 8 };
}

function aztec(value: string): Drawing {
  // The full 23 % leave no room for the UTF-8 mark in the largest symbol.
  const eclevel = utf8(value).length <= 1_850 ? 23 : 20;
  return { bcid: 'azteccode', ...marked(value), eclevel, padding: 4 };
}

function dataMatrix(value: string): Drawing {
  const content = packsSurely(value)
    ? { text: value, raw: false }
    : { text: dataMatrixBytes(utf8(value)).text, raw: true };
  return { bcid: 'datamatrix', ...content, padding: 4 };
}

function pdf417(value: string): Drawing {
  if (packsSurely(value)) return { bcid: 'pdf417', text: value, padding: 4 };
  const { text, count } = pdf417Bytes(utf8(value));
  const eclevel = pdf417CorrectionLevel(count);
  const columns = pdf417Columns(count + 1 + 2 ** (eclevel + 1));
  return { bcid: 'pdf417', text, raw: true, eclevel, columns, padding: 4 };
}

const pdf417Codewords = 928;

// ISO/IEC 15438, annex E, and less when the symbol has no room for that much.
function pdf417CorrectionLevel(count: number): number {
  const advised = count <= 40 ? 2 : count <= 160 ? 3 : count <= 320 ? 4 : 5;
  const possible = Math.floor(Math.log2(pdf417Codewords - 1 - count)) - 1;
  return Math.min(advised, possible);
}

// Rows times columns is the whole symbol, and that has a limit: start from a handy shape and widen until it fits.
function pdf417Columns(total: number): number {
  let columns = Math.max(1, Math.round(Math.sqrt(total / 3)));
  while (columns * Math.ceil(total / columns) > pdf417Codewords && columns < 30) columns += 1;
  return columns;
}

/** Bars grow with the width, or a long code would be a thread. */
const bars = (bcid: string, text: string): Drawing => ({
  bcid,
  text,
  height: 12 + text.length / 2,
  paddingwidth: 10,
  paddingheight: 6,
});

const priceTag = (bcid: string, text: string): Drawing => ({
  bcid,
  text,
  includetext: true,
  height: 16,
  paddingleft: 4,
  paddingright: 8,
  paddingheight: 6,
});

const drawings: Record<Exclude<CodeFormat, 'text'>, (value: string) => Drawing> = {
  url: qr,
  qr,
  aztec,
  pdf417,
  datamatrix: dataMatrix,
  code128: (value) => bars('code128', value),
  code39: (value) => bars('code39', value),
  itf: (value) => bars('interleaved2of5', value),
  // Which identifiers there are is the issuer's affair: GS1 adds some every year.
  'gs1-128': (value) => ({ ...bars('gs1-128', value), dontlint: true }),
  ean13: (value) => priceTag('ean13', value),
  ean8: (value) => priceTag('ean8', value),
  upca: (value) => priceTag('upca', value),
};
