import { LRUCache } from 'lru-cache';
import { minuteMs } from '../domain/timings';

const minutesKept = 10;
/** As many as a process may have circuits of issuers that matter; the oldest goes first. */
const keysMax = 2_000;

export interface Throttled {
  readonly key: string;
  readonly count: number;
}

/** Tries that were put off, by whose limit they met and by the minute: nothing else records a call that was not made. */
export const createThrottled = (clock: { nowMs(): number }) => {
  const perKey = new LRUCache<string, Map<number, number>>({ max: keysMax });

  /** The minutes that count, the running one among them. */
  const within = (minutes: ReadonlyMap<number, number>, now: number): [number, number][] =>
    [...minutes].filter(([minute]) => minute > now - minutesKept);

  const minuteNow = (): number => Math.floor(clock.nowMs() / minuteMs);

  return {
    add: (key: string): void => {
      const now = minuteNow();
      const minutes = new Map(within(perKey.get(key) ?? new Map(), now));
      minutes.set(now, (minutes.get(now) ?? 0) + 1);
      perKey.set(key, minutes);
    },

    /** Most often first. */
    lately: (): Throttled[] => {
      const now = minuteNow();
      return [...perKey.entries()]
        .map(([key, minutes]) => ({ key, count: within(minutes, now).reduce((sum, [, count]) => sum + count, 0) }))
        .filter(({ count }) => count > 0)
        .sort((a, b) => b.count - a.count);
    },
  };
};
