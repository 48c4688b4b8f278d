import type { Amount } from '../order';

/** `10.00 EUR`: for sentences of the platform, which are read on more than one screen and in no one's own language. */
export const moneyText = ({ value, currency }: Amount): string => {
  const digits = minorDigits(currency);
  const text = String(value).padStart(digits + 1, '0');
  return digits === 0 ? `${text} ${currency}` : `${text.slice(0, -digits)}.${text.slice(-digits)} ${currency}`;
};

const minorDigits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
