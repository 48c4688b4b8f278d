import { dayMs, minuteMs } from './timings';

/** UTC days, written yyyy-mm-dd: what statements, and the marks of orders for them, go by. */
export type Day = string;

export const dayOf = (atMs: number): Day => new Date(atMs).toISOString().slice(0, 10);

export const dayStartMs = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

export const dayEndMs = (day: Day): number => dayStartMs(day) + dayMs;

/** A limit of a day ends with its day. */
export const dayLeftMs = (atMs: number): number => dayMs - (atMs % dayMs);

export const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const atMs = dayStartMs(text);
  return !Number.isNaN(atMs) && dayOf(atMs) === text;
};

/** Source: rule 21. */
const statementDelayMs = 10 * minuteMs;
/** A call to the database takes seconds, and clocks differ: what is later than this may miss its day's statement. */
const writtenInTimeMs = 9 * minuteMs;

export const statementKeptMs = 400 * dayMs;

/** From when on the statement of a day may be made. */
export const statementDueMs = (day: Day): number => dayEndMs(day) + statementDelayMs;

/** In whose statements a change is: where it is written too late for its own day, in that of the day of its writing as well. */
export const statementDays = (changedAtMs: number, writtenAtMs: number): readonly Day[] => {
  const day = dayOf(changedAtMs);
  const isInTime = writtenAtMs < dayEndMs(day) + writtenInTimeMs;
  return isInTime ? [day] : [day, dayOf(writtenAtMs)];
};
