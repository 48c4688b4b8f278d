import { setImmediate as otherWork } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { paletteOf } from '../../../branding/palette';
import type { Code } from '../../../contract/code';
import type { Instructions } from '../../../domain/branding';
import { codePicture, pictureBytes } from '../barcode';
import { timeText } from '../plain-words';
import type { PageWords } from '../translations';
import { drawPicture } from './draw-picture';
import { arabicFont, voucherFont } from './font';
import { fontNames, isFromRight, writeFromRight } from './written-text';

export type VoucherSize = 'a4' | 'receipt';

export interface Voucher {
  readonly orderNo: string;
  readonly productName: string;
  readonly sellerName: string;
  readonly codes: readonly Code[];
  /** `#rrggbb`, as the issuer chose it. */
  readonly color?: string | undefined;
  readonly instructions?: Instructions | undefined;
  /** On the last sheet: price, date, whom to ask. */
  readonly facts: readonly (readonly [string, string])[];
}

const pointsPerMm = 72 / 25.4;
const ink = '#13211f';
const soft = '#4d5f5e';
const edge = '#d5dedd';

/** In points. A4 holds eight codes a sheet; a receipt is 80 mm wide and one long strip a code. */
const layouts = {
  a4: { page: [595, 842] as [number, number], margin: 40, columns: 2, rows: 4, gap: 14 },
  receipt: { page: [80 * pointsPerMm, 110 * pointsPerMm] as [number, number], margin: 12, columns: 1, rows: 1, gap: 0 },
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
  const { page, margin, columns, rows, gap } = layouts[size];
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
  let leftBytes = leftForPicturesBytes;
  for (const [n, code] of voucher.codes.entries()) {
    leftBytes -= pictureBytes(code);
    const svg = leftBytes < 0 ? undefined : codePicture(code.format, code.value);
    const place = n % (columns * rows);
    if (place === 0) document.addPage();
    document.font(fontNames.main);
    drawCell(document, voucher, { ...code, svg }, words, {
      x: margin + (place % columns) * (cellWidth + gap),
      y: margin + Math.floor(place / columns) * (cellHeight + gap),
      width: cellWidth,
      height: cellHeight,
    });
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
    if (dir === 'ltr' && !isFromRight(text)) {
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

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const drawCell = (
  document: PDFKit.PDFDocument,
  { orderNo, productName, sellerName, color }: Voucher,
  code: Code & { readonly svg: string | undefined },
  words: PageWords,
  { x, y, width, height }: Cell,
): void => {
  const inner = { x: x + 10, width: width - 20 };
  const line = (text: string, top: number, fontSize: number, color: string, lines = 1): number => {
    const heightMax = lines * fontSize * 1.5;
    document.fontSize(fontSize).fillColor(color);
    if (words.dir === 'rtl' || isFromRight(text)) {
      const align = words.dir === 'rtl' ? 'right' : 'left';
      return writeFromRight(document, text, { ...inner, y: top, fontSize, dir: words.dir, align, linesMax: lines });
    }
    document.text(text, inner.x, top, { width: inner.width, height: heightMax, ellipsis: true, lineGap: 0 });
    return Math.min(heightMax, document.heightOfString(text, { width: inner.width }));
  };
  document
    .roundedRect(x, y, width, height, 8)
    .lineWidth(0.7)
    .strokeColor(color === undefined ? edge : paletteOf(color, 'light').accent)
    .stroke();
  let top = y + 8;
  top += line(productName, top, 11, ink);
  top += line(`${words.soldBy} ${sellerName} · ${words.order} ${orderNo}`, top, 7, soft) + 3;
  const facts = [
    code.secret === undefined ? undefined : `${words.code.pin} ${code.secret}`,
    code.expiresAt === undefined ? undefined : `${words.code.validUntil} ${timeText(code.expiresAt, words.locale)}`,
  ].filter((fact) => fact !== undefined);
  const bottom = y + height - 8;
  const textHeight = 34 + 11 * facts.length;
  if (code.svg !== undefined) {
    top +=
      drawPicture(document, code.svg, { ...inner, y: top, heightMax: Math.max(30, bottom - top - textHeight) }) + 3;
  }
  top += line(code.value, top, code.value.length > 40 ? 7 : 12, ink, code.value.length > 40 ? 3 : 2) + 1;
  for (const fact of facts) top += line(fact, top, 8, soft);
};
