import createBidi from 'bidi-js';

/** Names under which the voucher registers its fonts. */
export const fontNames = { main: 'voucher', arabic: 'voucher-arabic' } as const;

type FontName = (typeof fontNames)[keyof typeof fontNames];

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fontSize: number;
  /** Of the voucher's language: a text without a letter is aligned by it. */
  readonly dir: 'ltr' | 'rtl';
  /** Left out: where the text begins. */
  readonly align?: 'left' | 'right';
  /** What is longer is cut. */
  readonly linesMax: number;
}

const fromRight = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const inArabicFont = /[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]|[\u200c-\u200d]/;
/** They order what is around them and are seen nowhere: fonts draw a box for them. */
const unseen = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const arabicLetter = /\p{Script=Arabic}/u;

/** Whether the PDF library alone would write it in the wrong order. */
export const isFromRight = (text: string): boolean => fromRight.test(text);

/** Whether it is drawn by `writeFromRight`. */
export const isDrawnFromRight = (text: string, dir: 'ltr' | 'rtl'): boolean => dir === 'rtl' || isFromRight(text);

const bidi = createBidi();
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What stands side by side in one font; its text is as the font shapes it. */
interface Run {
  readonly font: FontName;
  readonly text: string;
}

/** In the order of the eye, from left to right (UAX 9). Words apart: a font turns a word round, and not their order. */
export const runsOf = (line: string, dir: 'ltr' | 'rtl'): Run[] => {
  const embedding = bidi.getEmbeddingLevels(line, dir);
  const mirrored = bidi.getMirroredCharactersMap(line, embedding.levels);
  const pieces: { readonly font: FontName; readonly isTurned: boolean; readonly isSpace: boolean; at: number[] }[] = [];
  for (const at of bidi.getReorderedIndices(line, embedding)) {
    const character = line[at] ?? '';
    const font = inArabicFont.test(character) ? fontNames.arabic : fontNames.main;
    const isTurned = (embedding.levels[at] ?? 0) % 2 === 1;
    const isSpace = /\s/.test(character);
    const last = pieces.at(-1);
    if (last && last.font === font && last.isTurned === isTurned && last.isSpace === isSpace) last.at.push(at);
    else pieces.push({ font, isTurned, isSpace, at: [at] });
  }
  return pieces.map(({ font, isTurned, at }) => {
    // The font itself turns a word with Arabic letters round; all else has to come to it in the order of the eye.
    const isTurnedByFont = isTurned && at.some((one) => arabicLetter.test(line[one] ?? ''));
    const inOrder = isTurnedByFont ? at.toReversed() : at;
    const text = inOrder.map((one) => mirrored.get(one) ?? line[one]).join('');
    return { font, text: text.replace(unseen, '').replace(/\s/g, ' ') };
  });
};

type Doc = PDFKit.PDFDocument;

const widthOf = (document: Doc, line: string, dir: 'ltr' | 'rtl'): number =>
  runsOf(line, dir).reduce((sum, { font, text }) => sum + document.font(font).widthOfString(text), 0);

/** At least one. What is far too much is not asked for: each answer takes as long as it is. */
const mostThat = (fits: (count: number) => boolean, most: number): number => {
  let fitting = 1;
  let next = 2;
  while (next <= most && fits(next)) [fitting, next] = [next, 2 * next];
  let tooMany = Math.min(next, most + 1);
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(middle)) fitting = middle;
    else tooMany = middle;
  }
  return fitting;
};

/** A line more than there may be, if there is one: what is cut is not measured, which takes longest of all. */
const linesOf = (document: Doc, text: string, { width, linesMax }: TextPlace, dir: 'ltr' | 'rtl'): string[] => {
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|[\n\r\u2028\u2029]/)) {
    let line = '';
    const fits = (more: string): boolean => widthOf(document, `${line}${more}`, dir) <= width;
    for (const word of paragraph.split(/(?<= )/)) {
      if (lines.length > linesMax) return lines;
      if (fits(word.trimEnd())) {
        line += word;
        continue;
      }
      if (line !== '') lines.push(line.trimEnd());
      line = '';
      const letters = [...graphemes.segment(word)].map(({ segment }) => segment);
      for (let at = 0; at < letters.length; ) {
        if (lines.length > linesMax) return lines;
        if (line !== '') lines.push(line);
        line = '';
        const from = at;
        at += mostThat((count) => fits(letters.slice(from, from + count).join('')), letters.length - at);
        line = letters.slice(from, at).join('');
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
};

/** Writes what has a script from right to left in it. Returns the height that it took. */
export const writeFromRight = (document: Doc, text: string, place: TextPlace): number => {
  const { x, y, width, fontSize, linesMax } = place;
  document.fontSize(fontSize);
  const [first = ''] = text.match(/\p{L}/u) ?? [];
  const dir = first === '' ? place.dir : isFromRight(first) ? 'rtl' : 'ltr';
  const all = linesOf(document, text, place, dir);
  const shown = all.length > linesMax ? [...all.slice(0, linesMax - 1), `${all[linesMax - 1]}…`] : all;
  const lineHeight = fontSize * 1.5;
  for (const [n, line] of shown.entries()) {
    const runs = runsOf(line, dir);
    let at =
      (place.align ?? (dir === 'rtl' ? 'right' : 'left')) === 'right' ? x + width - widthOf(document, line, dir) : x;
    for (const run of runs) {
      const baseline = y + n * lineHeight + fontSize * 1.1;
      document.font(run.font).text(run.text, at, baseline, { lineBreak: false, baseline: 'alphabetic' });
      at += document.widthOfString(run.text);
    }
  }
  document.font(fontNames.main);
  return shown.length * lineHeight;
};
