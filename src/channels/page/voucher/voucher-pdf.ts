import { setImmediate as otherWork } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { paletteOf } from '../../../branding/palette';
import type { Code } from '../../../contract/code';
import type { Instructions } from '../../../domain/branding';
import { codePicture } from '../barcode';
import { timeText } from '../plain-words';
import type { PageWords } from '../translations';
import { drawPicture } from './draw-picture';
import { voucherFont } from './font';

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

/** Called by the page's download: resolves to the whole file. Pictures are drawn as lines, one after the other. */
export const voucherPdf = async (voucher: Voucher, size: VoucherSize, words: PageWords): Promise<Buffer> => {
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
  document.registerFont('voucher', voucherFont());
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const whole = new Promise<Buffer>((resolve, reject) => {
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });

  const cellWidth = (page[0] - 2 * margin - (columns - 1) * gap) / columns;
  const cellHeight = (page[1] - 2 * margin - (rows - 1) * gap) / rows;
  for (const [n, code] of voucher.codes.entries()) {
    const place = n % (columns * rows);
    if (place === 0) document.addPage();
    document.font('voucher');
    drawCell(document, voucher, code, words, {
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

/** A sheet of its own, of as many pages as it takes: how to redeem, and what the buyer looks up later. */
const drawAbout = (document: PDFKit.PDFDocument, voucher: Voucher, words: PageWords, margin: number): void => {
  const { instructions, productName, facts } = voucher;
  document.addPage();
  document.font('voucher').fillColor(ink);
  document.fontSize(14).text(productName, margin, margin);
  if (instructions) {
    document.moveDown(0.6).fontSize(11).text(words.howToRedeem);
    document.fontSize(9).fillColor(soft).text(instructions.text).fillColor(ink);
  }
  document.moveDown(0.6).fontSize(11).text(words.purchase);
  document.fontSize(9).fillColor(soft);
  for (const [name, value] of facts) document.text(`${name}: ${value}`);
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
  code: Code,
  words: PageWords,
  { x, y, width, height }: Cell,
): void => {
  const inner = { x: x + 10, width: width - 20 };
  const line = (text: string, top: number, fontSize: number, color: string, lines = 1): number => {
    const heightMax = lines * fontSize * 1.5;
    document.fontSize(fontSize).fillColor(color);
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
  const svg = codePicture(code.format, code.value);
  const textHeight = 34 + 11 * facts.length;
  if (svg !== undefined) {
    top += drawPicture(document, svg, { ...inner, y: top, heightMax: Math.max(30, bottom - top - textHeight) }) + 3;
  }
  top += line(code.value, top, code.value.length > 40 ? 7 : 12, ink, code.value.length > 40 ? 3 : 2) + 1;
  for (const fact of facts) top += line(fact, top, 8, soft);
};
