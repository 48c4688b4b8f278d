import { h } from './dom.js';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

const isToday = (date) => date.toDateString() === new Date().toDateString();

export const clockText = (iso) => {
  const date = new Date(iso);
  return isToday(date) ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
};

/** The hour's clock, without its seconds: axis and summary of charts. */
export const minuteText = (iso) => clock.format(new Date(iso)).slice(0, 5);

export const timeTag = (iso, text = clockText(iso)) =>
  h('time', { datetime: iso, title: whole.format(new Date(iso)) }, text);

/** Short and comparable: `840 ms`, `6.2 s`, `4 min`. */
export const spanText = (ms) => {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
};

export const agoText = (iso) => {
  const ms = Date.now() - Date.parse(iso);
  return ms < 0 ? `in ${spanText(-ms)}` : `${spanText(Math.max(1_000, ms))} ago`;
};

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of the platform has instants in UTC: shown on the reader's own clock, with what is left of them. */
export const withTimes = (sentence) => {
  const pieces = [];
  let from = 0;
  for (const { 0: iso, index } of sentence.matchAll(instant)) {
    pieces.push(sentence.slice(from, index), timeTag(iso), ` (${agoText(iso)})`);
    from = index + iso.length;
  }
  pieces.push(sentence.slice(from));
  return pieces;
};
