import { setImmediate as otherWork } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import type { Instructions } from '../../../domain/branding';
import { codePicture, pictureBytes } from '../barcode';
import type { PageWords } from '../translations';
import { arabicFont, voucherFont } from './font';
import { drawCell, ink, type PrintedCode, planCell, soft } from './voucher-cell';
import { fontNames, isDrawnFromRight, isFromRight, writeFromRight } from './written-text';

export type VoucherSize = 'a4' | 'receipt';

export interface Voucher {
  readonly orderNo: string;
  readonly productName: string;
  readonly sellerName: string;
  readonly codes: readonly PrintedCode[];
  /** `#rrggbb`, as the issuer chose it. */
  readonly color?: string | undefined;
  readonly instructions?: Instructions | undefined;
  /** On the last sheet: price, date, whom to ask. */
  readonly facts: readonly (readonly [string, string])[];
}

const pointsPerMm = 72 / 25.4;

/** In points. A4 holds eight codes a sheet, fewer long ones; a receipt is 80 mm wide and one strip a code, as long as it takes. */
const layouts = {
  a4: { page: [595, 842] as [number, number], margin: 40, columns: 2, rows: 4, gap: 14, rollMax: 0 },
  receipt: {
    page: [80 * pointsPerMm, 110 * pointsPerMm] as [number, number],
    margin: 12,
    columns: 1,
    rows: 1,
    gap: 0,
    rollMax: 800,
  },
} as const;

/** Of all values that have a picture, which is 30 times as long: those of more are text. It takes minutes and 30 MB. */
const picturedMaxBytes = 1_048_576;

/** Called by the page's download: resolves to the whole file. Pictures are drawn as lines, one after the other. */
export const voucherPdf = async (
  voucher: Voucher,
  size: VoucherSize,
  words: PageWords,
  leftForPicturesBytes = picturedMaxBytes,
): Promise<Buffer> => {
  const { page, margin, columns, rows, gap, rollMax } = layouts[size];
  const document = new PDFDocument({
    size: page,
    margin,
    autoFirstPage: false,
    // Ours is the only font: without this the library loads one of its own first.
    font: '',
    info: { Title: `${voucher.productName} · ${voucher.orderNo}`, Producer: 'Codeferry', Creator: 'Codeferry' },
    lang: words.lang,
  });
  document.registerFont(fontNames.main, voucherFont());
  // Neither unpacked nor in the file before a text asks for it.
  if (words.dir === 'rtl' || textsOf(voucher).some(isFromRight)) document.registerFont(fontNames.arabic, arabicFont());
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const whole = new Promise<Buffer>((resolve, reject) => {
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });

  const cellWidth = (page[0] - 2 * margin - (columns - 1) * gap) / columns;
  const cellHeight = (page[1] - 2 * margin - (rows - 1) * gap) / rows;
  const heightOf = (span: number): number => span * cellHeight + (span - 1) * gap;
  const heightMax = Math.max(heightOf(rows), rollMax);
  let leftBytes = leftForPicturesBytes;
  let place = columns * rows;
  for (const code of voucher.codes) {
    leftBytes -= pictureBytes(code);
    const svg = leftBytes < 0 ? undefined : codePicture(code.format, code.value);
    document.font(fontNames.main);
    const planned = (width: number) => planCell(document, voucher, { ...code, svg }, words, width, heightMax);
    const small = planned(cellWidth);
    const isWide = small.isTooLong === true || small.height > cellHeight;
    const width = isWide ? page[0] - 2 * margin : cellWidth;
    const cell = isWide ? planned(width) : small;
    const span = Array.from({ length: rows }, (_, n) => n + 1).find((n) => heightOf(n) >= cell.height) ?? rows;
    // What is long has whole rows.
    if (isWide) place = Math.ceil(place / columns) * columns;
    if (Math.floor(place / columns) + span > rows) {
      const height = Math.max(page[1], cell.height + 2 * margin);
      document.addPage({ size: rollMax > 0 ? [page[0], height] : page, margin });
      place = 0;
    }
    drawCell(document, cell, words, {
      x: margin + (place % columns) * (cellWidth + gap),
      y: margin + Math.floor(place / columns) * (cellHeight + gap),
      width,
      height: Math.max(heightOf(span), cell.height),
    });
    place += isWide ? span * columns : 1;
    await otherWork();
  }
  drawAbout(document, voucher, words, margin);
  document.end();
  return whole;
};

const textsOf = ({ productName, sellerName, orderNo, instructions, codes, facts }: Voucher): string[] => [
  productName,
  sellerName,
  orderNo,
  instructions?.text ?? '',
  ...facts.flat(),
  ...codes.flatMap(({ value, secret = '' }) => [value, secret]),
];

/** A sheet of its own, of as many pages as it takes: how to redeem, and what the buyer looks up later. */
const drawAbout = (document: PDFKit.PDFDocument, voucher: Voucher, words: PageWords, margin: number): void => {
  const { instructions, productName, facts } = voucher;
  const { dir } = words;
  document.addPage();
  const width = document.page.width - 2 * margin;
  const bottom = document.page.height - margin;
  document.x = margin;
  document.y = margin;
  const write = (text: string, fontSize: number, color: string, gap = 0): void => {
    document.fontSize(fontSize).fillColor(color);
    document.y += gap;
    if (!isDrawnFromRight(text, dir)) {
      document.text(text, margin, document.y, { width });
      return;
    }
    for (const part of text.split('\n')) {
      if (document.y + 2 * fontSize > bottom) document.addPage();
      const { y } = document;
      const place = { x: margin, y, width, fontSize, dir, linesMax: Math.floor((bottom - y) / (1.5 * fontSize)) };
      document.y = y + writeFromRight(document, part, place);
    }
  };
  write(productName, 14, ink);
  if (instructions) {
    write(words.howToRedeem, 11, ink, 8);
    write(instructions.text, 9, soft);
  }
  write(words.purchase, 11, ink, 8);
  for (const [name, value] of facts) write(`${name}: ${value}`, 9, soft);
};
