import { spanText } from '../domain/words/span-text';
import { type Child, h } from './dom';

const zoneKept = 'codeferry-time-zone';
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const formatsOf = (timeZone: string) => ({
  timeZone,
  clock: new Intl.DateTimeFormat(undefined, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }),
  day: new Intl.DateTimeFormat(undefined, { timeZone, day: 'numeric', month: 'short' }),
  otherYear: new Intl.DateTimeFormat(undefined, { timeZone, day: 'numeric', month: 'short', year: 'numeric' }),
  date: new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }),
  whole: new Intl.DateTimeFormat(undefined, { timeZone, dateStyle: 'medium', timeStyle: 'long' }),
  offset: new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }),
});

/** A zone that this browser does not know is as none. */
const keptFormats = () => {
  try {
    return formatsOf(localStorage.getItem(zoneKept) ?? ownZone);
  } catch {
    return formatsOf(ownZone);
  }
};

let formats = keptFormats();

/** All times of the console are in it; kept in this browser. */
export const timeZone = {
  get: (): string => formats.timeZone,
  set: (zone: string): void => {
    formats = formatsOf(zone);
    localStorage.setItem(zoneKept, zone);
  },
  all: (): readonly string[] => [...new Set([ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])],
};

/** As little of the date as tells it apart from now. */
export const clockText = (iso: string): string => {
  const date = new Date(iso);
  const text = formats.clock.format(date);
  const [day, today] = [formats.date.format(date), formats.date.format(new Date())];
  if (day === today) return text;
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  return `${(isThisYear ? formats.day : formats.otherYear).format(date)}, ${text}`;
};

/** The hour's clock, without its seconds: axis and summary of charts. */
export const minuteText = (at: string | number): string => formats.clock.format(new Date(at)).slice(0, 5);
export const dayText = (at: string | number): string => formats.day.format(new Date(at));

export const timeTag = (iso: string, text = clockText(iso)) =>
  h('time', { datetime: iso, title: formats.whole.format(new Date(iso)) }, text);

export const agoText = (iso: string): string => {
  const ms = Date.now() - Date.parse(iso);
  return ms < 0 ? `in ${spanText(-ms)}` : `${spanText(Math.max(1_000, ms))} ago`;
};

const offsetMs = (atMs: number): number => {
  const name = formats.offset.formatToParts(new Date(atMs)).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
};

/** For a field of date and time, which knows no zone: on the clock of the chosen one. */
export const fieldText = (iso: string | null): string => {
  const ms = Date.parse(iso ?? '');
  return Number.isNaN(ms) ? '' : new Date(ms + offsetMs(ms)).toISOString().slice(0, 16);
};

export const fieldInstant = (text: string, moreMs = 0): string => {
  const ms = Date.parse(`${text}Z`);
  if (Number.isNaN(ms)) return '';
  // The offset where it comes out: a clock that is put forward or back lies between.
  const guessMs = ms - offsetMs(ms);
  return new Date(ms - offsetMs(guessMs) + moreMs).toISOString();
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
