import type { Amount } from '../order';

const all = (digits: number, currencies: string) =>
  currencies.split(' ').map((currency) => [currency, digits] as const);

// ISO 4217, where it is not two. `Intl` goes by CLDR, which has none for currencies whose small coins are out of use.
const otherDigits: ReadonlyMap<string, number> = new Map([
  ...all(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...all(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...all(4, 'CLF UYW'),
]);

export const minorDigits = (currency: string): number => otherDigits.get(currency) ?? 2;

/** `10.00`: a text, so that no minor unit of a large amount is lost. */
export const majorText = ({ value, currency }: Amount): string => {
  const digits = minorDigits(currency);
  const text = String(value).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

/** `10.00 EUR`: for operators, wherever they read it: on more than one screen and in no one's own language. */
export const moneyText = (amount: Amount): string => `${majorText(amount)} ${amount.currency}`;
