import type { Amount } from '../../domain/order';
import { majorText, minorDigits } from '../../domain/words/money';

/** Called by the view for a refund. */
export function amountText(amount: Amount, locale: string): string {
  const { currency } = amount;
  const digits = minorDigits(currency);
  const major = majorText(amount);
  if (!/^[A-Z]{3}$/.test(currency)) return `${major} ${currency}`;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(major as `${number}`);
}

/** By locale, of which there is one a translation: to make one takes as long as a small barcode. */
const utcTimes = new Map<string, Intl.DateTimeFormat>();

const utcTime = (locale: string): Intl.DateTimeFormat => {
  const known = utcTimes.get(locale);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  utcTimes.set(locale, made);
  return made;
};

/** Called by the view for ends of windows and of codes; the page's script turns them into the reader's own time. */
export function timeText(instant: string, locale: string): string {
  const moment = new Date(instant);
  return Number.isNaN(moment.getTime()) ? instant : `${utcTime(locale).format(moment)} UTC`;
}
