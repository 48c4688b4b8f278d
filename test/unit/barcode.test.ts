import fc from 'fast-check';
import { codePicture } from '../../src/channels/page/barcode';
import { type CodeFormat, capacityBytes, codeFormats, fitsFormat } from '../../src/domain/code-formats';
import { often } from '../support/long-form';
import { seedOf } from '../support/seed';

const seed = seedOf('code pictures');
const bytes = (value: string): number => Buffer.byteLength(value);
const squareFormats = ['qr', 'pdf417', 'aztec', 'datamatrix'] as const;

// Runs of one kind after another: what makes an encoder change its mode again and again.
const runs = fc
  .array(
    fc.tuple(
      fc.constantFrom('0', 'A', 'a', '!', '^', ' ', '\n', '\u0001', 'é', 'ÿ', '中', 'ﻮ', '😀', '\u{10ffff}'),
      fc.integer({ min: 1, max: 40 }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((pieces) => [...pieces.map(([character, count]) => character.repeat(count)).join('')].slice(0, 512).join(''));

/** Of the formats that take no web address. */
const examples: Partial<Record<CodeFormat, string>> = {
  code39: 'A-1 $5',
  itf: '123456',
  ean13: '4006381333931',
  ean8: '96385074',
  upca: '036000291452',
  'gs1-128': '(01)04006381333931(21)AB',
};

const anyText = fc.oneof(runs, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }));

const filled = (character: string, limitBytes: number): string => {
  const whole = character.repeat(Math.floor(limitBytes / bytes(character)));
  return whole + 'x'.repeat(limitBytes - bytes(whole));
};

describe('code pictures', () => {
  it('draws every value that its format accepts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...squareFormats), anyText, (format, value) => {
        fc.pre(fitsFormat(format, value));
        expect(codePicture(format, value)).toMatch(/^<svg /);
      }),
      { seed, numRuns: often(20, 200) },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 80 }), (value) => {
        expect(codePicture('code128', value)).toMatch(/^<svg /);
      }),
      { seed, numRuns: often(20, 200) },
    );
    const ofCharacters = (characters: string) =>
      fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 80 });
    const element = fc
      .tuple(fc.stringMatching(/^[0-9]{2,4}$/), ofCharacters('09AZaz!"%&\'*+,-./:;<=>?_'))
      .map(([identifier, content]) => `(${identifier})${content.slice(0, 20)}`);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(fc.constant('code39' as const), ofCharacters('0123456789AZ -.$/+%')),
          fc.tuple(fc.constant('itf' as const), ofCharacters('0123456789')),
          fc.tuple(
            fc.constant('gs1-128' as const),
            fc.array(element, { minLength: 1, maxLength: 4 }).map((all) => all.join('')),
          ),
        ),
        ([format, value]) => {
          fc.pre(fitsFormat(format, value));
          expect(codePicture(format, value)).toMatch(/^<svg /);
        },
      ),
      { seed, numRuns: often(20, 200) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), fc.integer({ min: 0, max: 9 }), (digits, check) => {
        const value = `${String(digits).padStart(12, '0')}${check}`;
        fc.pre(fitsFormat('ean13', value));
        expect(codePicture('ean13', value)).toMatch(/^<svg /);
      }),
      { seed, numRuns: often(10, 100) },
    );
  });

  // One filling where the library's encoder is slow; bytes of every length where our own codewords are written.
  it.each([
    ['qr', ['😀']],
    ['aztec', ['中']],
    ['pdf417', ['😀', '中', 'é']],
    ['datamatrix', ['😀', '中', 'é']],
  ] as const)('draws %s at its capacity and knows one byte more does not fit', (format, fillings) => {
    for (const character of fillings) {
      const full = filled(character, capacityBytes[format]);
      expect(fitsFormat(format, full)).toBe(true);
      expect(codePicture(format, full)).toMatch(/^<svg /);
      expect(fitsFormat(format, `${full}x`)).toBe(false);
    }
  });

  it('draws plain ASCII to the same capacity', () => {
    for (const format of ['pdf417', 'datamatrix'] as const) {
      expect(codePicture(format, filled('1A', capacityBytes[format]))).toMatch(/^<svg /);
    }
  });

  it('has no picture for text, and none instead of an error for what does not fit', () => {
    expect(codePicture('text', 'ABC')).toBeUndefined();
    expect(codePicture('ean13', '4006381333932')).toBeUndefined();
    expect(codePicture('datamatrix', '😀'.repeat(600))).toBeUndefined();
  });

  it('gives a url the picture of a QR code', () => {
    expect(codePicture('url', 'https://example.com/a')).toBe(codePicture('qr', 'https://example.com/a'));
  });

  it('draws shapes on white only: no text, no style, no script', () => {
    for (const format of codeFormats.filter((name) => name !== 'text')) {
      const svg = codePicture(format, examples[format] ?? 'https://example.com/a') ?? '';
      expect(svg).toMatch(
        /^<svg viewBox="[0-9. ]+" xmlns="http:\/\/www\.w3\.org\/2000\/svg">\n(<(rect|path) [^<>]*\/>\n)+<\/svg>\n$/,
      );
      expect(svg).not.toMatch(/style|example|href/);
      expect(svg).toMatch(/fill="#FFFFFF"/i);
    }
  });
});

describe('what fits a format', () => {
  const cases: readonly (readonly [CodeFormat, string, boolean])[] = [
    ['text', 'anything at all', true],
    ['url', 'https://example.com/redeem?a=1#b', true],
    ['url', 'HTTP://example.com', true],
    ['url', 'https://例え.jp/ü', true],
    ['url', '/relative', false],
    ['url', 'example.com', false],
    ['url', 'https:example.com', false],
    ['url', 'https:///example.com', false],
    ['url', 'ftp://example.com/', false],
    ['url', 'javascript:alert(1)', false],
    ['url', ' https://example.com', false],
    ['url', 'https://example.com/a b', false],
    ['url', 'https://exa\nmple.com', false],
    ['url', 'https://', false],
    ['url', 'https://example.com:99999/', false],
    ['ean13', '4006381333931', true],
    ['ean13', '4006381333930', false],
    ['ean13', '400638133393', false],
    ['ean13', '40063813339311', false],
    ['ean13', '４００６３８１３３３９３１', false],
    ['ean8', '96385074', true],
    ['ean8', '96385075', false],
    ['ean8', '4006381333931', false],
    ['upca', '036000291452', true],
    ['upca', '036000291453', false],
    ['code39', '0-9A-Z -.$/+%', true],
    ['code39', '*A*', false],
    ['code39', 'a', false],
    ['itf', '1234', true],
    ['itf', '123', false],
    ['itf', '', false],
    ['gs1-128', '(01)04006381333931(21)AB', true],
    ['gs1-128', '(01)04006381333932(21)AB', false],
    ['gs1-128', '(01)4006381333931', false],
    ['gs1-128', '(00)340123450000000017', true],
    ['gs1-128', '(00)340123450000000018', false],
    ['gs1-128', '(02)04006381333931(37)5', true],
    ['gs1-128', `(21)${'A'.repeat(46)}`, true],
    ['gs1-128', `(21)${'A'.repeat(47)}`, false],
    ['gs1-128', '(21)', false],
    ['gs1-128', '21AB', false],
    ['gs1-128', '(21)A B', false],
    ['gs1-128', '(21)AB(', false],
    ['code128', '\u0001\t ~\u007f', true],
    ['code128', 'é', false],
    ['code128', '', false],
    ['qr', '\ud800', false],
  ];
  it.each(cases)('%s %j: %s', (format, value, fits) => {
    expect(fitsFormat(format, value)).toBe(fits);
  });

  it('counts bytes for square forms and characters for bars', () => {
    expect(fitsFormat('code128', 'A'.repeat(80))).toBe(true);
    expect(fitsFormat('code128', 'A'.repeat(81))).toBe(false);
    expect(fitsFormat('code39', 'A'.repeat(80))).toBe(true);
    expect(fitsFormat('code39', 'A'.repeat(81))).toBe(false);
    expect(fitsFormat('itf', '1'.repeat(80))).toBe(true);
    expect(fitsFormat('itf', '1'.repeat(82))).toBe(false);
    expect(fitsFormat('qr', '😀'.repeat(512))).toBe(true);
    expect(fitsFormat('aztec', '😀'.repeat(512))).toBe(false);
    expect(fitsFormat('aztec', '中'.repeat(512))).toBe(true);
    expect(fitsFormat('datamatrix', '中'.repeat(512))).toBe(true);
    expect(fitsFormat('datamatrix', '😀'.repeat(389))).toBe(false);
    expect(fitsFormat('pdf417', '中'.repeat(368))).toBe(true);
    expect(fitsFormat('pdf417', '中'.repeat(369))).toBe(false);
  });
});
