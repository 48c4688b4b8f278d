import { LRUCache } from 'lru-cache';

/** Looked back on so long, and up to twice. */
const spanMs = 5_000;
const keysMax = 10_000;

const emptySpan = (sinceMs: number) => ({ sinceMs, total: 0, units: new LRUCache<string, number>({ max: keysMax }) });

/** Who used how much of the last seconds: asked who is to go first, while there is not enough for all. */
export const createRecentUse = (nowMs: () => number) => {
  let before = emptySpan(nowMs());
  let running = emptySpan(nowMs());
  let keys = 0;

  const turnOver = (): void => {
    const now = nowMs();
    if (now - running.sinceMs < spanMs) return;
    before = now - running.sinceMs < 2 * spanMs ? running : emptySpan(now);
    running = emptySpan(now);
    keys = before.units.size;
  };

  return {
    add: (key: string, units: number): void => {
      turnOver();
      if (!running.units.has(key) && !before.units.has(key)) keys += 1;
      running.units.set(key, (running.units.get(key) ?? 0) + units);
      running.total += units;
    },

    /** Of all that was used by those who used something. */
    isAboveEqualShare: (key: string): boolean => {
      turnOver();
      const own = (running.units.get(key) ?? 0) + (before.units.get(key) ?? 0);
      return own * keys > running.total + before.total;
    },
  };
};
