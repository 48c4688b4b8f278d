import { holdsValue, withoutLinks, withoutValues } from '../../src/domain/said-text';

const secret = 'xWZ8abcdefghijklmnopqrstuvwxyz0123456789-_A';
const values = ['ABCD-EFGH-1234-WXYZ', '90210', '4711', 'SUN7', 'Ünïcode99', 'a1'];

test.each([
  ['tried abcd-efgh-1234-wxyz', 'tried …'],
  ['tried ABCDEFGH1234WXYZ twice', 'tried … twice'],
  ['ABCD EFGH 1234 WXYZ, a b c d e f g h 1 2 3 4 w x y z.', '…, ….'],
  ['codeABCD_EFGH.1234\u200bWXYZ!', 'code…!'],
  ['ＡＢＣＤＥＦＧＨ１２３４ＷＸＹＺ', '…'],
  ['PIN 90 210, PIN90210', 'PIN …, PIN…'],
  ['my page pin 4711, pin:4711', 'my page pin …, pin:…'],
  ['it says sun-7 or SUN7x', 'it says … or …x'],
  ['u\u0308nicode-99', '…'],
  ['a1 and (a1)', '… and (…)'],
  [
    `see http://shop.example/p/${secret} and https://x.example/issuer/links/${secret}?a`,
    'see http://shop.example/p/… and https://x.example/issuer/links/…?a',
  ],
])('%j is kept as %j', (text, kept) => {
  expect(withoutValues(text, values)).toBe(kept);
});

test.each([
  'order 147112 of 12:34, room 190210',
  'a1b, A1, sunday 7, SUN 75',
  '47 11 is no PIN of four digits, nor is 47110',
  'https://shop.example/p/short and /p/',
  'ABCD-EFGH-1234-WXY',
])('%j has none of them, and stays', (text) => {
  expect(withoutValues(text, values)).toBe(text);
});

test.each(['ABCD-EFGH-1234-WXYZ', 'use-abcdefgh1234wxyz-2', '4711', 'SUN7', 'Ünïcode99!', `/p/${secret}`])(
  'an id %j is refused',
  (id) => expect(holdsValue(id, values)).toBe(true),
);

test.each(['till-4711-000123', 'r-90210', 'SUN75', 'a', 'ABCD-EFGH', '2026-11-24'])('an id %j is kept', (id) =>
  expect(holdsValue(id, values)).toBe(false),
);

const addresses = [
  'https://gift.example/r/ABCDEFGH1234WXYZ',
  'https://gift.example/use.php?lang=de&code=QRSTUVW%2D99&utm=x',
  'http://gift.example/c/K7M2P9/redeem/',
  'https://gift.example/use/abcdefgh',
  'gift.example/#/open/ZZ8811Y',
  'https://id.gs1.org/01/04006381333931/21/S%2FERIAL',
  'https://a.example/b1',
];

test.each([
  ['the code ABCDEFGH1234WXYZ', 'the code …'],
  ['abcd-efgh-1234-wxyz', '…'],
  ['see gift.example/r/ABCDEFGH1234WXYZ', 'see …'],
  ['QRSTUVW-99 or qrstuvw99', '… or …'],
  ['K7M2P9, then ZZ8811Y', '…, then …'],
  ['abcdefgh or ABCD-EFGH', '… or …'],
  ['S/ERIAL of 04006381333931', '… of …'],
  ['a.example/b1 and https://a.example/b1', '… and …'],
])('of codes that are addresses %j is kept as %j', (text, kept) => {
  expect(withoutValues(text, addresses)).toBe(kept);
  expect(holdsValue('r-ABCDEFGH1234WXYZ', addresses)).toBe(true);
});

test.each(['gift.example is closed, redeem b1, a seat', 'lang de, 01 and 21, open the page'])(
  '%j has no part of them that gives one away',
  (text) => expect(withoutValues(text, addresses)).toBe(text),
);

test('what is cut in one place is one mark, also where values overlap', () => {
  expect(withoutValues('ABCDEFGHIJKLMNOP', ['ABCDEFGHIJ', 'GHIJKLMNOP'])).toBe('…');
  expect(withoutValues('ABCDEFGHIJ', ['ABCDEFGHIJ', 'CDEFGHIJ'])).toBe('…');
  expect(withoutLinks('nothing')).toBe('nothing');
});

test('thousands of codes that are all alike take no longer than they are long', () => {
  const alike = Array.from({ length: 10_000 }, (_, n) => `${'a'.repeat(n % 400)}${String(n).padStart(8, '0')}`);
  const beganMs = performance.now();
  expect(withoutValues('a'.repeat(2_000), alike)).toBe('a'.repeat(2_000));
  expect(performance.now() - beganMs).toBeLessThan(2_000);
});
