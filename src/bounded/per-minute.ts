import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';

const windowMs = 60_000;
const keysMax = 10_000;

/** How often something happened by key in the running minute, and how long a key that had too much has to wait. */
export const createPerMinute = (limit: number, nowMs: () => number) => {
  const counts = new LRUCache<string, { count: number; readonly sinceMs: number }>({ max: keysMax });
  const running = (key: string) => {
    const found = counts.get(key);
    return found && found.sinceMs + windowMs > nowMs() ? found : undefined;
  };
  return {
    note: (key: string, times = 1): void => {
      const found = running(key);
      if (found) found.count += times;
      // What is given back after its minute is no credit in another one.
      else if (times > 0) counts.set(key, { count: times, sinceMs: nowMs() });
    },

    /** Undefined: it has not reached the limit. */
    secondsLeft: (key: string): number | undefined => {
      const found = running(key);
      if (!found || found.count < limit) return undefined;
      return Math.max(1, Math.ceil((found.sinceMs + windowMs - nowMs()) / 1_000));
    },
  };
};

const ofConnection = 4;
const ofSite = 3;

/** One person's IPv6 connection has a whole /64 to choose addresses from. */
export const networkOf = (address: string): string => firstGroups(address, ofConnection);

/** What one customer of a carrier may have whole: a /48 of IPv6. */
export const siteOf = (address: string): string => firstGroups(address, ofSite);

/** Whoever comes by what is no address has one with all others who do: a proxy may pass on what its client wrote. */
const firstGroups = (address: string, kept: number): string => {
  if (isIP(address) === 0) return 'no address';
  if (!address.includes(':') || /^::ffff:\d+\./i.test(address)) return address;
  const [front = '', back = ''] = address.split('::');
  const groups = front.split(':').filter((group) => group !== '');
  const backGroups = address.includes('::') ? back.split(':').filter((group) => group !== '') : [];
  const zeros = Array<string>(Math.max(0, 8 - groups.length - backGroups.length)).fill('0');
  return [...groups, ...zeros, ...backGroups].slice(0, kept).join(':');
};
