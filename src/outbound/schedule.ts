import { builtInSettings } from '../domain/settings';
import { minuteMs, secondMs } from '../domain/timings';

const jitterShare = 0.1;
const retryAfterMaxMs = 300 * secondMs;

const inMs = (delaysSeconds: readonly number[], otherwise: readonly number[]): readonly number[] =>
  (delaysSeconds.length > 0 ? delaysSeconds : otherwise).map((seconds) => seconds * secondMs);

/**
 * How long after the end of failed try number `failedTry` (the first is 1) the next one starts. The last delay repeats:
 * a notice ends with its order's window, which the workflow holds.
 */
export const noticeDelayMs = (failedTry: number, delaysSeconds = builtInSettings.noticeDelaysSeconds): number => {
  const delaysMs = inMs(delaysSeconds, builtInSettings.noticeDelaysSeconds);
  return delaysMs[Math.min(failedTry, delaysMs.length) - 1] as number;
};

/** The first one is short: an issuer may be asked a moment before it has read that its verification was right. */
export const codeRequestDelayMs = (failedTry: number, delaysSeconds?: readonly number[]): number =>
  failedTry === 1 ? secondMs : noticeDelayMs(failedTry - 1, delaysSeconds);

/** Jittered by a tenth, so that the events of an issuer that was away do not come back as one wave. Undefined: give up. */
export const eventDelayMs = (
  failedTry: number,
  random: () => number,
  delaysSeconds = builtInSettings.eventDelaysSeconds,
): number | undefined => {
  const delayMs = inMs(delaysSeconds, builtInSettings.eventDelaysSeconds)[failedTry - 1];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 - jitterShare + 2 * jitterShare * random()));
};

/**
 * Undefined: the order becomes undeliverable and waits for a person. Tries since an operator's last redeliver count from
 * the start of that one: a round of one try more than there are delays, then a person.
 */
export const deliveryDelayMs = (
  failedTry: number,
  delaysSeconds = builtInSettings.deliveryDelaysSeconds,
): number | undefined => {
  const delaysMs = inMs(delaysSeconds, builtInSettings.deliveryDelaysSeconds);
  return delaysMs[(failedTry - 1) % (delaysMs.length + 1)];
};

/** How long a round of tries may take that are not made: as long as its delays, and a minute for what runs before it. */
export const deliveryRoundMs = (delaysSeconds = builtInSettings.deliveryDelaysSeconds): number =>
  inMs(delaysSeconds, builtInSettings.deliveryDelaysSeconds).reduce((sum, delayMs) => sum + delayMs, minuteMs);

/** Seconds or an HTTP date, as 429 and 503 carry it; anything else counts as absent. */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^[0-9]{1,15}$/.test(text)) return Math.min(Number(text) * secondMs, retryAfterMaxMs);
  // Only dates with a month's name: the engine's date parser reads nearly anything, such as a lone "-1".
  if (!/^[A-Za-z]{3,9},? [0-9A-Za-z: -]{15,30}$/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(0, atMs - nowMs), retryAfterMaxMs);
};

/** Only 429 and 503 may ask for a later try. */
export const askedDelayMs = (status: number, header: string | undefined, nowMs: number): number | undefined =>
  status === 429 || status === 503 ? retryAfterMs(header, nowMs) : undefined;

/** An issuer may ask for a later next try, never for an earlier one. */
export const lengthenedDelayMs = (delayMs: number, askedMs: number | undefined): number =>
  Math.max(delayMs, askedMs ?? 0);
