import { paletteOf } from '../../../branding/palette';
import type { Code } from '../../../contract/code';
import { timeText } from '../plain-words';
import type { PageWords } from '../translations';
import { drawPicture } from './draw-picture';
import { isDrawnFromRight, writeFromRight } from './written-text';

export const ink = '#13211f';
export const soft = '#4d5f5e';
const edge = '#d5dedd';

/** A code as its page shows it now. */
export interface PrintedCode extends Pick<Code, 'value' | 'secret' | 'format' | 'startsAt' | 'expiresAt'> {
  /** Of a code that has more than one. */
  readonly usesLeft?: { readonly left: number; readonly of: number } | undefined;
}

interface SoldBy {
  readonly orderNo: string;
  readonly productName: string;
  readonly sellerName: string;
  readonly color?: string | undefined;
}

interface Line {
  readonly text: string;
  readonly fontSize: number;
  readonly color: string;
  readonly height: number;
}

/** What stands in a box, from top to bottom, and how high that makes it. */
export interface CellPlan {
  readonly head: readonly Line[];
  readonly svg: string | undefined;
  readonly lines: readonly Line[];
  readonly color: string | undefined;
  readonly height: number;
  /** More than any box holds: it has none of the code. */
  readonly isTooLong?: boolean;
}

const paddingX = 10;
const paddingY = 8;
const gapHeight = 3;
/** Smaller, no scanner reads it. */
const pictureMinHeight = 60;
const fromRightLineHeight = 1.5;
const large = { fontSize: 12, linesMax: 2 };
const smallFontSize = 7;

/** Code and secret stand in it whole, in smaller type where they are long, or it says where they are found. */
export const planCell = (
  document: PDFKit.PDFDocument,
  { orderNo, productName, sellerName, color }: SoldBy,
  code: PrintedCode & { readonly svg: string | undefined },
  words: PageWords,
  width: number,
  heightMax: number,
): CellPlan => {
  const inner = width - 2 * paddingX;
  const one = (text: string, fontSize: number, color: string): Line => ({
    text,
    fontSize,
    color,
    height: fromRightLineHeight * fontSize,
  });
  const whole = (text: string, fontSize: number, color: string): Line => {
    if (isDrawnFromRight(text, words.dir)) {
      // As wide as a letter may be: to measure such a text takes longest of all.
      const ems = (part: string): number => part.length * (part.includes(' ') ? 1.5 : 1);
      const count = text
        .split(/\r\n|[\n\r\u2028\u2029]/)
        .reduce((sum, part) => sum + Math.max(1, Math.ceil((ems(part) * fontSize) / inner)), 0);
      return { text, fontSize, color, height: count * fromRightLineHeight * fontSize };
    }
    return { text, fontSize, color, height: document.fontSize(fontSize).heightOfString(text, { width: inner }) + 1 };
  };
  const valueLine = (text: string): Line => {
    const line = whole(text, large.fontSize, ink);
    return line.height <= large.linesMax * fromRightLineHeight * large.fontSize
      ? line
      : whole(text, smallFontSize, ink);
  };
  const { startsAt, expiresAt, secret, usesLeft } = code;
  const time = (name: string, at: string | undefined) =>
    at === undefined ? [] : [one(`${name} ${timeText(at, words.locale)}`, 8, soft)];
  const facts = [
    ...(usesLeft ? [one(`${words.code.usesLeft} ${words.code.usesOf(usesLeft.left, usesLeft.of)}`, 8, soft)] : []),
    ...time(words.code.validFrom, startsAt),
    ...time(words.code.validUntil, expiresAt),
  ];
  const head = [
    one(productName, 11, ink),
    one(`${words.soldBy} ${sellerName} · ${words.order} ${orderNo}`, smallFontSize, soft),
  ];
  const planOf = (said: readonly Line[]): CellPlan => {
    const lines = [...said, ...facts];
    const text = [...head, ...lines].reduce((sum, { height }) => sum + height, gapHeight);
    const picture = code.svg === undefined ? 0 : pictureMinHeight + gapHeight;
    return { head, svg: code.svg, lines, color, height: 2 * paddingY + text + picture };
  };
  const plan = planOf([
    valueLine(code.value),
    ...(secret === undefined ? [] : [whole(`${words.code.pin} ${secret}`, 8, soft)]),
  ]);
  return plan.height <= heightMax ? plan : { ...planOf([whole(words.code.notPrinted, 8, ink)]), isTooLong: true };
};

/** The picture gets what the texts leave of the box. */
export const drawCell = (
  document: PDFKit.PDFDocument,
  { head, svg, lines, color, height: planned }: CellPlan,
  words: PageWords,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): void => {
  const inner = { x: x + paddingX, width: width - 2 * paddingX };
  let top = y + paddingY;
  const write = ({ text, fontSize, color, height }: Line): void => {
    document.fontSize(fontSize).fillColor(color);
    if (isDrawnFromRight(text, words.dir)) {
      const align = words.dir === 'rtl' ? 'right' : 'left';
      const linesMax = Math.round(height / (fromRightLineHeight * fontSize));
      writeFromRight(document, text, { ...inner, y: top, fontSize, dir: words.dir, align, linesMax });
    } else {
      document.text(text, inner.x, top, { width: inner.width, height, ellipsis: true, lineGap: 0 });
    }
    top += height;
  };
  document
    .roundedRect(x, y, width, height, 8)
    .lineWidth(0.7)
    .strokeColor(color === undefined ? edge : paletteOf(color, 'light').accent)
    .stroke();
  for (const line of head) write(line);
  top += gapHeight;
  if (svg !== undefined) {
    const heightMax = pictureMinHeight + height - planned;
    top += drawPicture(document, svg, { ...inner, y: top, heightMax }) + gapHeight;
  }
  for (const line of lines) write(line);
};
