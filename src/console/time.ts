import { spanText } from '../domain/words/span-text';
import { type Child, h } from './dom';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

const isToday = (date: Date): boolean => date.toDateString() === new Date().toDateString();

export const clockText = (iso: string): string => {
  const date = new Date(iso);
  return isToday(date) ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
};

/** The hour's clock, without its seconds: axis and summary of charts. */
export const minuteText = (at: string | number): string => clock.format(new Date(at)).slice(0, 5);

export const timeTag = (iso: string, text = clockText(iso)) =>
  h('time', { datetime: iso, title: whole.format(new Date(iso)) }, text);

export const agoText = (iso: string): string => {
  const ms = Date.now() - Date.parse(iso);
  return ms < 0 ? `in ${spanText(-ms)}` : `${spanText(Math.max(1_000, ms))} ago`;
};

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of the platform has instants in UTC: shown on the reader's own clock, with what is left of them. */
export const withTimes = (sentence: string): Child[] => {
  const pieces: Child[] = [];
  let from = 0;
  for (const { 0: iso, index } of sentence.matchAll(instant)) {
    pieces.push(sentence.slice(from, index), timeTag(iso), ` (${agoText(iso)})`);
    from = index + iso.length;
  }
  pieces.push(sentence.slice(from));
  return pieces;
};
