/**
 * A start takes so much longer than the quickest one before the engine counts as saturated, and never less than this: a few
 * orders at work are all that an engine on two cores gets through; what begins beyond them makes all of them late.
 */
const saturatedTimes = 4;
const saturatedMinMs = 40;
/** So quick is an engine with two at work at most; one that can be quicker still will show it, and until then counts as saturated a little late. */
const quickMs = (2 * saturatedMinMs) / saturatedTimes;
/** One start may be late for any reason: the middle one of so many is looked at. */
const lookedAt = 3;
/** What is begun now makes starts late only later: a stronger pull than the root, within these, swings to and fro. */
const pullMin = 1 / 8;
const pullMax = 2;
/** What holds in the long run moves slowly: with a start up by so much a second, and down by this part of it, but no more than up. */
const rise = 0.2;
const fall = 0.02;
/** It rises only while starts were held back so lately: what is not used up says nothing. */
const usedMs = 1_000;
/** Never fewer a second: several apis together have to stay below what a small engine can. */
const floorPerSecond = 1;
/** Late for so long, it is looked whether that is saturation at all. */
const lateLookMs = 10_000;
/** While a backlog drains so few begin that starts get quicker, by more than this part in this time: else the engine is as it is. */
const drainPerSecond = 2;
/** Of an engine that was quick before; more where more was usual. */
const knownDrainPerSecond = 0.5;
/** Starts that are late by so many times more have a backlog before them. */
const backlogTimes = 3;
const drainsBy = 0.2;
const drainLookMs = 2_000;
/** The same for an engine that was quick before: orders that were begun together end together, and a backlog of them is late for long. */
const knownDrainLookMs = 10_000;
/** Nothing was held back for so long, and starts are free again. */
const calmMs = 10_000;
/** What was begun in this time says how many a second it was when the first ones came late; few say little. */
const countedMs = 2_000;
const countedMin = 4;
/** So many may begin together. */
const together = 2;

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * How many workflows a second the engine is asked to begin: as many as come, until starts take much longer than they can.
 * Told by the time of the starts alone, as an order's other work is in other processes and takes as long as its issuer likes.
 */
export const createStartRate = (nowMs: () => number) => {
  let quickestMs = Number.POSITIVE_INFINITY;
  /** Else it is not known whether the engine is slow or saturated; draining tells. */
  let isKnown = false;
  let tookMs: number[] = [];
  let begunMs: number[] = [];
  /** What holds in the long run; infinite while starts are free. */
  let steady = Number.POSITIVE_INFINITY;
  let draining: { readonly sinceMs: number; readonly lateMs: number; answered: number } | undefined;
  let heldMs = Number.NEGATIVE_INFINITY;
  /** When the start that was last begun would have begun, evenly. */
  let evenlyMs = 0;
  let lateSinceMs = Number.POSITIVE_INFINITY;

  const begunLately = (now: number): number[] => begunMs.filter((atMs) => now - atMs < countedMs);

  const saturatedMs = (): number => Math.max(saturatedMinMs, isKnown ? saturatedTimes * quickestMs : 0);

  const perSecond = (): number => {
    if (draining) return isKnown ? Math.max(knownDrainPerSecond, steady * pullMin) : drainPerSecond;
    if (steady === Number.POSITIVE_INFINITY) return steady;
    const pull = Math.sqrt(saturatedMs() / Math.max(1, middle(tookMs)));
    return Math.max(floorPerSecond, steady * Math.min(pullMax, Math.max(pullMin, pull)));
  };

  /** What is late at first says nothing: those that were begun last are later still. */
  const drain = (now: number, lateMs = Number.POSITIVE_INFINITY): void => {
    draining = { sinceMs: now, lateMs, answered: 0 };
    lateSinceMs = Number.POSITIVE_INFINITY;
  };

  const takeAsItIs = (): void => {
    if (isKnown) quickestMs = Math.min(...tookMs);
    isKnown = true;
    draining = undefined;
  };

  const lookWhileDraining = (now: number, lateMs: number): void => {
    if (!draining) return;
    draining.answered += 1;
    if (isKnown && (tookMs.at(-1) ?? 0) <= saturatedMs()) draining = undefined;
    else if (now - draining.sinceMs >= (isKnown ? knownDrainLookMs : drainLookMs) && draining.answered >= lookedAt) {
      const isQuicker = lateMs < draining.lateMs * (1 - drainsBy);
      if (isQuicker) drain(now, lateMs);
      else takeAsItIs();
    }
  };

  const adjust = (now: number, lateMs: number): void => {
    const isLate = lateMs > saturatedMs();
    if (isLate && steady === Number.POSITIVE_INFINITY) {
      steady = Math.max(countedMin, (1_000 * begunLately(now).length) / countedMs);
      heldMs = now;
      if (!isKnown || lateMs > backlogTimes * saturatedMs()) drain(now);
    } else if (isLate) {
      steady = Math.max(floorPerSecond, steady - Math.min(rise, fall * steady));
      lateSinceMs = Math.min(lateSinceMs, now);
      if (now - lateSinceMs >= lateLookMs) drain(now);
    } else {
      lateSinceMs = Number.POSITIVE_INFINITY;
      if (now - heldMs < usedMs) steady += rise;
    }
  };

  return {
    /** A start was answered. */
    answered: (ms: number): void => {
      const now = nowMs();
      quickestMs = Math.min(quickestMs, ms);
      if (ms <= quickMs) isKnown = true;
      tookMs = [...tookMs, ms].slice(-lookedAt);
      if (draining) lookWhileDraining(now, middle(tookMs));
      else adjust(now, middle(tookMs));
      if (!draining && now - heldMs > calmMs) steady = Number.POSITIVE_INFINITY;
    },

    /** Milliseconds until the next one may begin; asked when there is one. */
    waitMs: (): number => {
      const now = nowMs();
      if (perSecond() === Number.POSITIVE_INFINITY) return 0;
      const waitMs = evenlyMs - (together - 1) * (1_000 / perSecond()) - now;
      if (waitMs <= 0) return 0;
      heldMs = now;
      return waitMs;
    },

    begun: (): void => {
      const now = nowMs();
      begunMs = [...begunLately(now), now];
      evenlyMs = Math.max(evenlyMs, now) + 1_000 / perSecond();
    },

    /** In the long run; infinite while starts are free. */
    steadyPerSecond: (): number => steady,
  };
};
