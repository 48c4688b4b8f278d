import { amountText } from '../../src/channels/page/plain-words';
import { moneyText } from '../../src/domain/words/money';

const perThousand = (currency: string): string => {
  const text = amountText({ value: 1_000, currency }, 'en-US');
  return text.replace(/[^\d.]/g, '');
};

describe('money is written with the digits of ISO 4217', () => {
  test.each([
    [0, 'EUR', '0.00 EUR'],
    [7, 'EUR', '0.07 EUR'],
    [450, 'JPY', '450 JPY'],
    [12_345, 'KWD', '12.345 KWD'],
    [12_345, 'CLF', '1.2345 CLF'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91 EUR'],
  ])('%i of %s reads %s', (value, currency, text) => {
    expect(moneyText({ value, currency })).toBe(text);
  });

  // Those whose digits Node's own formatter says otherwise.
  test.each('AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SLL SOS SYP YER'.split(' '))(
    '%s has two, for operators and on the page',
    (currency) => {
      expect(moneyText({ value: 1_000, currency })).toBe(`10.00 ${currency}`);
      expect(perThousand(currency)).toBe('10.00');
    },
  );

  test.each('BHD IQD JOD KWD LYD OMR TND'.split(' '))('%s has three, for operators and on the page', (currency) => {
    expect(moneyText({ value: 1_000, currency })).toBe(`1.000 ${currency}`);
    expect(perThousand(currency)).toBe('1.000');
  });

  test.each('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '))(
    '%s has none, for operators and on the page',
    (currency) => {
      expect(moneyText({ value: 1_000, currency })).toBe(`1000 ${currency}`);
      expect(perThousand(currency)).toBe('1000');
    },
  );
});
