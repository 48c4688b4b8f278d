import { shownCodes } from '../../src/api/pickup/page-model';
import { codePictures } from '../../src/channels/page/code-pictures';
import { createDrawings } from '../../src/channels/page/drawings';
import { runsOf } from '../../src/channels/page/voucher/written-text';
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
  const { pages, texts } = readPdf(await createDrawings().draw('order', voucherOf(10_000)));
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
    [{ ...plain, language: 'ar' }, plain].map((one, n) => createDrawings().draw(`fonts-${n}`, one)),
  );
  expect(arabic?.toString('latin1')).toContain('NotoSansArabic');
  expect(other?.toString('latin1')).not.toContain('NotoSansArabic');
});

test('a short voucher waits for no long one, and neither order has two drawn at once', async () => {
  const drawings = createDrawings();
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
  const drawings = createDrawings();
  const four = ['a', 'b', 'c', 'd'].map((order) => drawings.draw(order, voucherOf(8)));
  await expect(drawings.draw('e', voucherOf(1))).rejects.toMatchObject({
    code: 'rate_limited',
    extras: { retryAfterSeconds: 5 },
  });
  for (const file of await Promise.all(four)) expect(readPdf(file).pages).toBe(2);
  expect(readPdf(await drawings.draw('e', voucherOf(1))).pages).toBe(2);
});

test('what cannot be drawn is told without its code, and the next one is drawn', async () => {
  const drawings = createDrawings();
  const settings = { passTypeId: 'p', teamId: 't', certificate: 'none', privateKey: 'none', wwdr: 'none' };
  const code = { itemId: 'a', value: 'SECRET-CODE', format: 'qr' as const };
  const pass = { id: '1', orderNo: 'V', sellerName: 'S', productName: 'P', contacts: [], isUsedUp: false, code };
  const failed = drawings.draw('a', { kind: 'pass', language: 'en', settings, pass });
  await expect(failed).rejects.toThrow(/^a pass could not be drawn$/);
  expect(readPdf(await drawings.draw('a', voucherOf(1))).texts).toContain('CODE-0-END');
});

describe('the pictures of a page', () => {
  const row = { _id: 'acme/1', facts: {} } as unknown as OrderRow;
  const codesOf = (count: number, value: string) =>
    Array.from({ length: count }, (_, n) => ({ itemId: `i${n}`, value: `${n}${value}`, format: 'aztec' as const }));

  test('that take long are drawn beside all other work, each at its code', async () => {
    const codes = codesOf(50, 'x'.repeat(500));
    let turns = 0;
    const turn = () => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const shown = await shownCodes(createDrawings(), row, codes, 0);
    clearImmediate(next);
    // Drawn here, others would have their turn between two codes at most.
    expect(turns).toBeGreaterThan(10 * codes.length);
    expect(shown.map(({ itemId }) => itemId)).toEqual(codes.map(({ itemId }) => itemId));
    for (const at of [0, 49])
      expect(shown[at]?.pictureSvg).toBe(codePictures(codes[at] as (typeof codes)[0]).pictureSvg);
  });

  test('of few short codes are there however much is drawn; a page of many shows them as text then', async () => {
    const drawings = createDrawings();
    const drawn = ['a', 'b', 'c', 'd'].map((order) => drawings.draw(order, voucherOf(8)));
    const [few, many] = await Promise.all([2, 20].map((n) => shownCodes(drawings, row, codesOf(n, '-short'), 0)));
    expect(few?.map(({ pictureSvg }) => typeof pictureSvg)).toEqual(['string', 'string']);
    expect(many?.map(({ value, pictureSvg }) => [value, pictureSvg])[19]).toEqual(['19-short', undefined]);
    await Promise.all(drawn);
    expect((await shownCodes(drawings, row, codesOf(20, '-short'), 0))[19]?.pictureSvg).toContain('<svg');
  });
});
