import { shownCodes } from '../../src/api/pickup/page-model';
import { codePictures } from '../../src/channels/page/code-pictures';
import { createDrawings } from '../../src/channels/page/drawings';
import { pageWords } from '../../src/channels/page/translations';
import type { PrintedCode } from '../../src/channels/page/voucher/voucher-cell';
import { voucherPdf } from '../../src/channels/page/voucher/voucher-pdf';
import { runsOf, writeFromRight } from '../../src/channels/page/voucher/written-text';
import type { OrderRow } from '../../src/store/orders';
import { readPdf } from '../support/pdf-text';

const voucherOf = (count: number, format: 'text' | 'qr' = 'text') => ({
  kind: 'voucher' as const,
  language: 'en',
  size: 'a4' as const,
  voucher: {
    orderNo: 'V-1',
    productName: 'Coffee',
    sellerName: 'Bean Bar',
    facts: [['Order', 'V-1']] as const,
    codes: Array.from({ length: count }, (_, n) => ({ itemId: String(n), value: `CODE-${n}-END`, format })),
  },
});

test('a voucher of 10,000 codes has each of them once, eight a page, and the page about the purchase', async () => {
  const { pages, texts } = readPdf(await createDrawings(Date.now).draw('order', voucherOf(10_000)));
  expect(pages).toBe(1_251);
  const found = texts.filter((text) => /^CODE-\d+-END$/.test(text));
  expect(found).toHaveLength(10_000);
  expect(new Set(found).size).toBe(10_000);
  expect(texts).toContain('Order: V-1');
});

test('Arabic is written from right to left, with words, numbers and brackets in the order of the eye', async () => {
  const seen = runsOf('بطاقة هدية (50 يورو) من Bean', 'rtl').map(({ text }) => text);
  expect(seen.filter((text) => text !== ' ')).toEqual(['Bean', 'من', '(', 'يورو', '50', ')', 'هدية', 'بطاقة']);
  expect(
    runsOf('\u200f01\u200f/2027', 'rtl')
      .map(({ text }) => text)
      .join(''),
  ).not.toMatch(/\u200f/);
  const plain = voucherOf(1);
  const [arabic, other] = await Promise.all(
    [{ ...plain, language: 'ar' }, plain].map((one, n) => createDrawings(Date.now).draw(`fonts-${n}`, one)),
  );
  expect(arabic?.toString('latin1')).toContain('NotoSansArabic');
  expect(other?.toString('latin1')).not.toContain('NotoSansArabic');
});

test('a short voucher waits for no long one, and neither order has two drawn at once', async () => {
  const drawings = createDrawings(Date.now);
  const ended: string[] = [];
  const draw = (order: string, count: number) =>
    drawings.draw(order, voucherOf(count, 'qr')).then(() => void ended.push(order));
  const long = draw('long', 300);
  await expect(drawings.draw('long', voucherOf(1))).rejects.toMatchObject({ code: 'rate_limited', retryable: true });
  await draw('short', 1);
  expect(ended).toEqual(['short']);
  await long;
  await draw('long', 1);
});

test('a fifth at once is told to come again', async () => {
  const drawings = createDrawings(Date.now);
  const four = ['a/1', 'a/2', 'b/1', 'c/1'].map((order) => drawings.draw(order, voucherOf(8)));
  await expect(drawings.draw('d/1', voucherOf(1))).rejects.toMatchObject({
    code: 'rate_limited',
    extras: { retryAfterSeconds: 5 },
  });
  for (const file of await Promise.all(four)) expect(readPdf(file).pages).toBe(2);
  expect(readPdf(await drawings.draw('d/1', voucherOf(1))).pages).toBe(2);
});

test('one issuer’s vouchers leave as many places to all others, and those of strangers share one', async () => {
  const drawings = createDrawings(Date.now);
  const tests = ['0', '1'].map((last) => `test-${last.padStart(20, '0')}/1`) as [string, string];
  const drawn = ['a/1', 'a/2'].map((order) => drawings.draw(order, voucherOf(8)));
  await expect(drawings.draw('a/3', voucherOf(1))).rejects.toMatchObject({ code: 'rate_limited' });
  drawn.push(drawings.draw(tests[0], voucherOf(8)));
  await Promise.all(drawn);
  const ofStranger = drawings.draw(tests[0], voucherOf(8));
  await expect(drawings.draw(tests[1], voucherOf(1))).rejects.toMatchObject({ code: 'rate_limited' });
  await Promise.all([ofStranger, drawings.draw('a/4', voucherOf(1))]);
  await drawings.draw(tests[1], voucherOf(1));
});

test('a voucher has pictures as long as their values are short enough in all, and each value as text', async () => {
  const { voucher } = voucherOf(5, 'qr');
  const bytes = 3 * Buffer.byteLength(voucher.codes[0]?.value ?? '');
  const { pictures, texts } = readPdf(await voucherPdf(voucher, 'a4', pageWords('en'), bytes));
  expect(pictures).toBe(3);
  for (const { value } of voucher.codes) expect(texts).toContain(value);
});

test.each([
  ['a4', 300, 100],
  ['a4', 512, 512],
  ['receipt', 512, 512],
] as const)(
  'of a voucher (%s) a code of %s and a secret of %s characters can be typed',
  async (size, long, secretLong) => {
    const { voucher } = voucherOf(9);
    const of = (letters: string, length: number) => letters.repeat(length).slice(0, length);
    const codes: PrintedCode[] = [
      ...voucher.codes,
      { value: of('ABCD-', long), secret: of('1234 ', secretLong - 1).concat('!'), format: 'text' as const },
      { value: of('QRCODE-', long), format: 'qr' as const },
      { value: of('码', long), secret: of('密', secretLong), format: 'text' as const },
    ];
    const { texts, pictures } = readPdf(await voucherPdf({ ...voucher, codes }, size, pageWords('en')));
    const all = texts.join('').replaceAll(' ', '');
    for (const { value, secret = '' } of codes) {
      expect(all).toContain(value);
      expect(all).toContain(secret.replaceAll(' ', ''));
    }
    expect([pictures, texts.join('').includes('…')]).toEqual([1, false]);
  },
);

test('a voucher says of a code that no sheet holds where it is found, and shows no part of it', async () => {
  const { voucher } = voucherOf(1);
  const codes = [{ value: 'A\n'.repeat(256), format: 'text' as const }];
  const { texts } = readPdf(await voucherPdf({ ...voucher, codes }, 'a4', pageWords('en')));
  expect(texts.join('')).toContain('too long to print');
  expect(texts).not.toContain('A');
});

test('a voucher tells from when a code is valid, and how often it can be used yet', async () => {
  const { voucher } = voucherOf(1);
  const code = { value: 'A', format: 'text' as const, usesLeft: { left: 2, of: 3 } };
  const times = { startsAt: '2027-01-01T00:00:00Z', expiresAt: '2027-06-01T00:00:00Z' };
  const pdf = await voucherPdf({ ...voucher, codes: [{ ...code, ...times }] }, 'a4', pageWords('en'));
  const said = readPdf(pdf).texts.join('\n');
  for (const part of ['Uses left 2 of 3', 'Valid from 1 Jan 2027', 'Valid until 1 Jun 2027'])
    expect(said).toContain(part);
});

test('of a text from right to left nothing is measured that is cut', () => {
  let measured = 0;
  const document: Record<string, (text: string) => unknown> = {};
  for (const name of ['font', 'fontSize', 'text']) document[name] = () => document;
  document.widthOfString = (text) => {
    measured += text.length;
    return text.length;
  };
  const measuredOf = (length: number): number => {
    measured = 0;
    const place = { x: 0, y: 0, width: 40, fontSize: 8, dir: 'rtl', linesMax: 2 } as const;
    writeFromRight(document as unknown as PDFKit.PDFDocument, 'ب'.repeat(length), place);
    return measured;
  };
  // It is looked at as a whole once.
  expect(measuredOf(1_200) - measuredOf(200)).toBe(1_000);
});

test('what cannot be drawn is told without its code, and the next one is drawn', async () => {
  const drawings = createDrawings(Date.now);
  const settings = { passTypeId: 'p', teamId: 't', certificate: 'none', privateKey: 'none', wwdr: 'none' };
  const code = { itemId: 'a', value: 'SECRET-CODE', format: 'qr' as const };
  const pass = { id: '1', orderNo: 'V', sellerName: 'S', productName: 'P', contacts: [], isUsedUp: false, code };
  const failed = drawings.draw('a', { kind: 'pass', language: 'en', settings, pass });
  await expect(failed).rejects.toThrow(/^a pass could not be drawn$/);
  expect(readPdf(await drawings.draw('a', voucherOf(1))).texts).toContain('CODE-0-END');
});

test('the picture of a mail is drawn beside the worker’s other calls, and left out where there is none', async () => {
  const drawings = createDrawings(Date.now);
  let turns = 0;
  const counted = setInterval(() => (turns += 1), 1);
  const png = await drawings.png('acme/1', { format: 'aztec', value: '码'.repeat(100) });
  clearInterval(counted);
  expect([png?.subarray(1, 4).toString(), turns > 2]).toEqual(['PNG', true]);
  expect(await drawings.png('acme/1', { format: 'itf', value: 'no digits' })).toBeUndefined();
});

describe('the pictures of a page', () => {
  const row = { _id: 'acme/1', facts: {} } as unknown as OrderRow;
  const codesOf = (count: number, value: string) =>
    Array.from({ length: count }, (_, n) => ({ itemId: `i${n}`, value: `${n}${value}`, format: 'aztec' as const }));

  test.each([
    ['many', codesOf(50, 'x'.repeat(500))],
    ['one', codesOf(1, '码'.repeat(100))],
  ])('that take long are drawn beside all other work, each at its code: %s', async (_count, codes) => {
    let turns = 0;
    const turn = () => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const shown = await shownCodes(createDrawings(Date.now), row, codes, 0);
    clearImmediate(next);
    // Drawn here, others would have their turn between two codes at most.
    expect(turns).toBeGreaterThan(2 * codes.length);
    expect(shown.map(({ itemId }) => itemId)).toEqual(codes.map(({ itemId }) => itemId));
    for (const at of [0, codes.length - 1])
      expect(shown[at]?.pictureSvg).toBe(codePictures(codes[at] as (typeof codes)[0]).pictureSvg);
  });

  test('of few short codes are there however much is drawn; a page of many shows them as text then', async () => {
    const drawings = createDrawings(Date.now);
    const drawn = ['a/1', 'b/1', 'c/1', 'd/1'].map((order) => drawings.draw(order, voucherOf(8)));
    const [few, many] = await Promise.all([2, 20].map((n) => shownCodes(drawings, row, codesOf(n, '-short'), 0)));
    expect(few?.map(({ pictureSvg }) => typeof pictureSvg)).toEqual(['string', 'string']);
    expect(many?.map(({ value, pictureSvg }) => [value, pictureSvg])[19]).toEqual(['19-short', undefined]);
    await Promise.all(drawn);
    expect((await shownCodes(drawings, row, codesOf(20, '-short'), 0))[19]?.pictureSvg).toContain('<svg');
  });

  test('of short pages of one issuer beyond 600 codes a minute are drawn beside all other work, and are there', async () => {
    const drawings = createDrawings(Date.now);
    const beside = jest.spyOn(drawings, 'pictures');
    const page = () => shownCodes(drawings, row, codesOf(10, ''), 0);
    for (let n = 0; n < 60; n += 1) await page();
    expect(beside).not.toHaveBeenCalled();
    const more = await Promise.all([1, 2, 3, 4, 5, 6].map(page));
    expect(beside).toHaveBeenCalledTimes(6);
    for (const [first] of more) expect(first?.pictureSvg).toContain('<svg');
    await shownCodes(drawings, { ...row, _id: 'other/1' }, codesOf(10, ''), 0);
    expect(beside).toHaveBeenCalledTimes(6);
  });
});
