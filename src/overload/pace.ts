import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { Failure } from '../domain/failures';

const keysMax = 10_000;

interface Limits {
  readonly unitsPerSecond: number;
  /** As much as fills so long is taken without a wait. */
  readonly atOnceMs: number;
  readonly waitMaxMs: number;
}

export type Pace = ReturnType<typeof createPace>;

/** Work of one key in an even flow: what comes too early waits for its time, so that others find theirs in between. */
export const createPace = (
  { unitsPerSecond, atOnceMs, waitMaxMs }: Limits,
  nowMs: () => number = () => performance.now(),
  wait: (ms: number) => Promise<unknown> = pause,
) => {
  const busyUntilMs = new LRUCache<string, number>({ max: keysMax });

  /** Resolves when it may begin. `waits`: what is small is counted alone. @throws Failure `rate_limited` */
  return async (key: string, units: number, waits = true): Promise<void> => {
    const now = nowMs();
    const untilMs = Math.max(now, busyUntilMs.get(key) ?? now);
    const waitMs = waits ? Math.max(0, untilMs - now - atOnceMs) : 0;
    if (waitMs > waitMaxMs) {
      throw new Failure('rate_limited', { retryAfterSeconds: Math.ceil((waitMs - waitMaxMs) / 1_000) });
    }
    busyUntilMs.set(key, untilMs + (units / unitsPerSecond) * 1_000);
    if (waitMs > 0) await wait(waitMs);
  };
};
