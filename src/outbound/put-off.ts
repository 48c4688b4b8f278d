import { LRUCache } from 'lru-cache';
import { minuteMs, secondMs } from '../domain/timings';

/** Each attempt costs the engine a task and the database two looks, whether or not a call comes of it. */
const perSecondMax = 100;
const shortestMs = secondMs;
const longestMs = minuteMs;
/** The one that has been quiet for longest begins anew. */
const keysMax = 10_000;

/**
 * When a call that finds no place comes back: one after the other, so that ten thousand orders of a slow issuer ask no more
 * often than a hundred do.
 */
export const createPutOff = (clock: { nowMs(): number }) => {
  const lastMs = new LRUCache<string, number>({ max: keysMax });
  return (key: string): number => {
    const now = clock.nowMs();
    const evenlyMs = (lastMs.get(key) ?? 0) + secondMs / perSecondMax;
    const atMs = Math.min(Math.max(now + shortestMs, evenlyMs), now + longestMs);
    lastMs.set(key, atMs);
    return atMs - now;
  };
};
