import { csvLine, unguarded } from '../../src/contract/csv';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\ta', '\ra', '\na', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
  'a spreadsheet takes %j for text, and it comes back as it was',
  (text) => {
    const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|(.*))\r\n$/s.exec(csvLine([text])) ?? [];
    const cell = quoted ?? plain ?? '';
    expect(cell).toBe(`'${text}`);
    expect(unguarded(cell)).toBe(text);
  },
);

test.each([
  ['a;=1+1', "a;'=1+1"],
  ['p;=HYPERLINK("x");+1', 'p;\'=HYPERLINK("x");\'+1'],
  ['a\t@SUM(A1)', "a\t'@SUM(A1)"],
  ['a\r\n=1', "a\r\n'=1"],
  ['\t=1', "'\t'=1"],
  [';－1', ";'－1"],
  ['=1;=2', "'=1;'=2"],
])('in %j no cell of a list parted by semicolons or tabs begins as a formula', (text, kept) => {
  const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|(.*))\r\n$/s.exec(csvLine([text])) ?? [];
  const cell = quoted?.replaceAll('""', '"') ?? plain ?? '';
  expect(cell).toBe(kept);
  expect(cell.split(/[;\t\r\n]/).filter((part) => /^[=+\-@－]/.test(part))).toEqual([]);
  expect(unguarded(cell)).toBe(text);
});

test('numbers and other texts stay as they are', () => {
  expect(csvLine([-1, 'a=1', "it's", 'a;b; =', undefined])).toBe("-1,a=1,it's,a;b; =,\r\n");
});
