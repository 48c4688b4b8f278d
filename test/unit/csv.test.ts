import { csvLine, unguarded } from '../../src/contract/csv';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
  'a spreadsheet takes %j for text, and it comes back as it was',
  (text) => {
    const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|(.*))\r\n$/s.exec(csvLine([text])) ?? [];
    const cell = quoted ?? plain ?? '';
    expect(cell).toBe(`'${text}`);
    expect(unguarded(cell)).toBe(text);
  },
);

test('numbers and other texts stay as they are', () => {
  expect(csvLine([-1, 'a=1', "it's", undefined])).toBe("-1,a=1,it's,\r\n");
});
