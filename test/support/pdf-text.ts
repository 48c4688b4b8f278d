import { inflateSync } from 'node:zlib';

const hexOf = (text: string): string[] => text.match(/.{4}/g) ?? [];
const unicode = (hex: string): string =>
  hexOf(hex)
    .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
    .join('');

/** What glyphs mean, from the font's own table, as the PDF library writes it. */
const meanings = (table: string): Map<string, string> => {
  const map = new Map<string, string>();
  for (const [, first = '', , list = ''] of table.matchAll(/<(\w{4})> <(\w{4})> \[([^\]]*)\]/g)) {
    for (const [n, [, meaning = '']] of [...list.matchAll(/<([\w ]*)>/g)].entries()) {
      map.set((Number.parseInt(first, 16) + n).toString(16).padStart(4, '0'), unicode(meaning.replaceAll(' ', '')));
    }
  }
  return map;
};

/** How many pages and barcodes a PDF has, and each text that was put on one of them. Of one font, which is what our vouchers have. */
export const readPdf = (
  pdf: Buffer,
): { readonly pages: number; readonly pictures: number; readonly texts: readonly string[] } => {
  const file = pdf.toString('latin1');
  const streams = [...file.matchAll(/>>\nstream\n([\s\S]*?)\nendstream/g)].flatMap(([, packed = '']) => {
    try {
      return [inflateSync(Buffer.from(packed, 'latin1')).toString('latin1')];
    } catch {
      return [];
    }
  });
  const glyphs = meanings(streams.find((stream) => stream.includes('beginbfrange')) ?? '');
  const texts = streams.flatMap((stream) =>
    [...stream.matchAll(/\[([^\]]*)\] TJ/g)].map(([, pieces = '']) =>
      [...pieces.matchAll(/<(\w*)>/g)]
        .flatMap(([, hex = '']) => hexOf(hex))
        .map((glyph) => glyphs.get(glyph) ?? '?')
        .join(''),
    ),
  );
  const pictures = streams.flatMap((stream) => [...stream.matchAll(/^f\*$/gm)]).length;
  return { pages: [...file.matchAll(/\/Type \/Page\n/g)].length, pictures, texts };
};
