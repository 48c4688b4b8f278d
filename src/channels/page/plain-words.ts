import type { Amount } from '../../domain/order';

// ISO 4217; the formatter's own table differs from it for currencies whose small coins are out of use.
const digitsOf = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((currency) => [currency, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((currency) => [currency, 3] as const),
  ...'CLF UYW'.split(' ').map((currency) => [currency, 4] as const),
]);

/** Called by the view for a refund. */
export function amountText({ value, currency }: Amount, locale: string): string {
  const digits = digitsOf.get(currency) ?? 2;
  const minor = String(value).padStart(digits + 1, '0');
  const whole = minor.slice(0, minor.length - digits);
  const major = digits === 0 ? whole : `${whole}.${minor.slice(-digits)}`;
  if (!/^[A-Z]{3}$/.test(currency)) return `${major} ${currency}`;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // As a decimal text, so that no minor unit of a large amount is lost.
  return format.format(major as `${number}`);
}

const utcTime = (locale: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** Called by the view for ends of windows and of codes; the page's script turns them into the reader's own time. */
export function timeText(instant: string, locale: string): string {
  const moment = new Date(instant);
  return Number.isNaN(moment.getTime()) ? instant : `${utcTime(locale).format(moment)} UTC`;
}
