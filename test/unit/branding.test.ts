import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { logoMaxBytes, sanitisedLogo } from '../../src/branding/logo';
import { contrast, paletteOf } from '../../src/branding/palette';
import { codePicture, codePng } from '../../src/channels/page/barcode';
import { brandStyle } from '../../src/channels/page/brand-style';
import { previewOf } from '../../src/channels/preview';
import { branding } from '../../src/contract/operator/branding';
import { instructionsFor } from '../../src/domain/branding';

jest.mock('../../src/channels/page/barcode', () => {
  const real = jest.requireActual('../../src/channels/page/barcode');
  return { ...real, codePicture: jest.fn(real.codePicture), codePng: jest.fn(real.codePng) };
});

const svgUri = (svg: string): string => `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
const svgOf = (uri: string | undefined): string | undefined =>
  uri && Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64').toString();
const drawn = (inner: string): string | undefined =>
  svgOf(sanitisedLogo(svgUri(`<svg xmlns="http://www.w3.org/2000/svg">${inner}</svg>`)))?.replace(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg">|<\/svg>$/g,
    '',
  );

/** Checksums are not looked at: a browser that finds one wrong shows nothing. */
const chunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
};
const png = (width: number, ...more: Buffer[]): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(1, 4);
  const image = chunk('IDAT', deflateSync(Buffer.alloc(4)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), ...more, image, chunk('IEND', Buffer.alloc(0))]);
};
const pngUri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;

describe('the issuer’s colour', () => {
  const color = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);

  test('whatever it is, text in it and on it can be read, in light and in dark', () => {
    fc.assert(
      fc.property(color, (chosen) => {
        for (const [scheme, grounds, soft] of [
          ['light', ['#ffffff', '#eef2f3', '#f3f6f6'], '#4d5f5e'],
          ['dark', ['#172125', '#0d1417', '#101a1d'], '#a5b7b6'],
        ] as const) {
          const { accent, accentStrong, onAccent, accentTint } = paletteOf(chosen, scheme);
          for (const shown of [accent, accentStrong]) {
            for (const other of [...grounds, onAccent]) expect(contrast(shown, other)).toBeGreaterThanOrEqual(4.5);
          }
          expect(contrast(soft, accentTint)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  test('that can be read already it stays as it is', () => {
    expect(paletteOf('#0b6a63', 'light').accent).toBe('#0b6a63');
    expect(paletteOf('#6fd3c4', 'dark').accent).toBe('#6fd3c4');
  });

  test.each(['', 'red', '0b6a6', 'FFFFFF', '0b6a63}body{', ['0b6a63'], undefined])('%p makes no style', (given) => {
    expect(brandStyle(given)).toBeUndefined();
  });
});

describe('a logo', () => {
  test('that is a drawing is taken, its scripts and links to elsewhere are not', () => {
    const shape = '<g fill="#f00"><path d="M0 0h4v4z"/></g>';
    for (const [given, kept] of [
      [shape, shape],
      ['<script>alert(1)</script><rect width="2" height="2"/>', '<rect width="2" height="2"/>'],
      ['<rect onload="alert(1)" width="2"/>', '<rect width="2"/>'],
      ['<foreignObject><p>x</p><rect/></foreignObject>', ''],
      ['<a href="https://elsewhere.example"><rect/></a>', ''],
      ['<image href="https://elsewhere.example/x.png"/>', ''],
      ['<style>*{fill:url(https://elsewhere.example)}</style>', ''],
      ['<rect fill="url(https://elsewhere.example#a)"/>', '<rect/>'],
      ['<rect fill="url(#a)"/>', '<rect fill="url(#a)"/>'],
      ['<rect style="background:\\75rl(x)"/>', '<rect/>'],
      ['<use href="#a"/><animate attributeName="href"/>', ''],
      ['<!-- x --><text>a &amp; b &copy; c</text>', '<text>a &amp; b &amp;copy; c</text>'],
      ['<linearGradient id="b" xlink:href="#a"/>', '<linearGradient id="b" href="#a"/>'],
    ] as const) {
      expect([given, drawn(given)]).toEqual([given, kept]);
    }
  });

  test('that would keep a browser busy is drawn without what does', () => {
    const inside = '<rect width="2" fill="url(#a)"/>';
    for (const [given, kept] of [
      // Each circle would draw all below it once more: a logo of 6 KB hung a page.
      [`<mask id="a"><g mask="url(#b)">${inside}</g></mask>`, `<mask id="a"><g>${inside}</g></mask>`],
      ['<clipPath id="a" clip-path="url(#b)"/>', '<clipPath id="a"/>'],
      [`<mask id="a"><rect clip-path="url(#b)"/></mask>`, '<mask id="a"><rect/></mask>'],
      ['<clipPath id="a"><rect style="mask:url(#b)"/></clipPath>', '<clipPath id="a"><rect/></clipPath>'],
      ['<rect mask="url(#a)" style="fill:rgb(1,2,3)"/>', '<rect mask="url(#a)" style="fill:rgb(1,2,3)"/>'],
      ['<g transform="translate(1) rotate(9)"/>', '<g transform="translate(1) rotate(9)"/>'],
      // Each of a million dashes is a shape.
      ['<path stroke-dasharray="0.002" d="M0 0H900"/>', '<path d="M0 0H900"/>'],
      ['<path style="Stroke-DashArray:.002"/>', '<path/>'],
      ['<rect style="filter:blur(99px)"/>', '<rect/>'],
      [`<rect style="mask:image-set('https://elsewhere.example/x' 1x)"/>`, '<rect/>'],
      [`<rect style="fill:src('https://elsewhere.example/x')"/>`, '<rect/>'],
    ] as const) {
      expect([given, drawn(given)]).toEqual([given, kept]);
    }
  });

  test('has a few shapes that are masked, however many refer to a mask', () => {
    const many = drawn('<g mask="url(#a)"><rect clip-path="url(#b)"/></g>'.repeat(100)) ?? '';
    expect(many.match(/<rect/g)).toHaveLength(100);
    expect(many.match(/url\(/g)).toHaveLength(32);
  });

  test.each([
    '',
    'x',
    '<svg>',
    '<svg></svg><svg></svg>',
    '<html></html>',
    '<svg><g></svg></g>',
    '<svg a=b></svg>',
    '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
    'text <svg></svg>',
    '<svg>'.repeat(100) + '</svg>'.repeat(100),
  ])('%p is no drawing', (given) => {
    expect(sanitisedLogo(svgUri(given))).toBeUndefined();
  });

  test('that is a PNG is taken without what does not draw, and not when it is cut, large or followed by more', () => {
    const plain = png(2);
    expect(sanitisedLogo(pngUri(plain))).toBe(pngUri(plain));
    const talkative = Buffer.concat([png(2, chunk('tEXt', Buffer.from('<script>'))), Buffer.from('<script>')]);
    expect(sanitisedLogo(pngUri(talkative))).toBe(pngUri(plain));
    for (const bad of [plain.subarray(0, -1), png(0), png(2_049), Buffer.from('GIF89a'), plain.subarray(0, 8)]) {
      expect(sanitisedLogo(pngUri(bad))).toBeUndefined();
    }
  });

  test.each([
    'https://elsewhere.example/logo.png',
    'data:text/html;base64,PHA+',
    'data:image/jpeg;base64,/9g=',
    'data:image/svg+xml,%',
    `data:image/svg+xml,<svg><title>${'x'.repeat(logoMaxBytes)}</title></svg>`,
  ])('%.40s is none', (given) => {
    expect(sanitisedLogo(given)).toBeUndefined();
  });
});

describe('branding', () => {
  test.each([
    {},
    { displayName: ' ' },
    { displayName: 'x'.repeat(101) },
    { displayName: 'A', color: 'red' },
    { displayName: 'A', supportUrl: 'http://a.example' },
    { displayName: 'A', supportUrl: 'javascript:alert(1)' },
    { displayName: 'A', supportUrl: 'https://user@a.example' },
    { displayName: 'A', supportEmail: 'nobody' },
    { displayName: 'A', instructions: { '': 'x' } },
    { displayName: 'A', instructions: { en: '' } },
    { displayName: 'A', instructions: { en: 'x'.repeat(2_001) } },
    { displayName: 'A', more: 1 },
  ])('%j is refused', (given) => {
    expect(branding.safeParse(given).success).toBe(false);
  });

  test('the codes of previews are drawn once', async () => {
    const preview = (quantity: number) =>
      previewOf({
        ...{ issuerId: 'acme', product: 'P', quantity, publicUrl: 'https://codes.example' },
        seller: { name: 'A', branding: undefined, logo: undefined, codeInMessage: true },
      });
    const first = await preview(10);
    const drawn = jest.mocked(codePng).mock.calls.length;
    expect(first.mail.html.match(/data:image\/png;base64,/g)).toHaveLength(drawn);
    await preview(2);
    expect(await preview(10)).toEqual(first);
    expect(codePng).toHaveBeenCalledTimes(drawn);
    expect(codePicture).toHaveBeenCalledTimes(10);
  });

  test('of a reader of many languages the instructions are gone through once', () => {
    const through = jest.fn(Reflect.ownKeys);
    const instructions = new Proxy<Record<string, string>>({ sv: 'Visa' }, { ownKeys: through });
    const languages = Array.from({ length: 20 }, (_, n) => `x${n}`);
    expect(instructionsFor({}, { displayName: 'A', instructions }, [...languages, 'sv-FI'])?.text).toBe('Visa');
    expect(through).toHaveBeenCalledTimes(1);
  });

  test('instructions come in the reader’s language; those of the product go before', () => {
    const brand = { displayName: 'A', instructions: { 'zh-Hans': '出示', en: 'Show', de: 'Zeigen' } };
    const of = (...languages: string[]) => instructionsFor({}, brand, languages)?.text;
    expect([of('zh-CN'), of('fr', 'de-AT'), of('*'), of('zh-Hans')]).toEqual(['出示', 'Zeigen', 'Show', '出示']);
    expect(
      instructionsFor({}, { displayName: 'A', instructions: { 'de-AT': 'a', 'de-CH': 'b' } }, ['fr', 'de'])?.text,
    ).toBe('a');
    expect(instructionsFor({ instructions: 'Mine' }, brand, ['de'])).toEqual({ text: 'Mine' });
    expect(instructionsFor({}, undefined, ['de'])).toBeUndefined();
  });
});
