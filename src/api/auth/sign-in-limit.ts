import { LRUCache } from 'lru-cache';
import { Failure } from '../../domain/failures';

const windowMs = 60_000;
const wrongLimit = 5;
const rightLimit = 30;
const addressesLimit = 10_000;

/**
 * Wrong tokens by address, and sign-ins in all. The right token is refused as well while an address waits, or the answer
 * would tell the two apart. Behind a proxy that is not in TRUSTED_PROXIES all browsers are one address: whoever guesses there
 * keeps others from signing in for a minute, never from the operator API.
 */
export const createSignInLimit = (nowMs: () => number) => {
  const wrong = new LRUCache<string, { count: number; readonly sinceMs: number }>({ max: addressesLimit });
  let right: { count: number; readonly sinceMs: number } = { count: 0, sinceMs: 0 };

  const secondsLeft = (sinceMs: number): number => Math.max(1, Math.ceil((sinceMs + windowMs - nowMs()) / 1_000));
  const isOver = (sinceMs: number): boolean => sinceMs + windowMs <= nowMs();

  return {
    /** @throws Failure `rate_limited` */
    expectAllowed: (address: string): void => {
      const tries = wrong.get(networkOf(address));
      const over = [
        tries && tries.count >= wrongLimit ? tries : undefined,
        right.count >= rightLimit ? right : undefined,
      ];
      for (const tried of over) {
        if (!tried || isOver(tried.sinceMs)) continue;
        throw new Failure('rate_limited', { retryAfterSeconds: secondsLeft(tried.sinceMs) });
      }
    },

    noteWrong: (address: string): void => {
      const network = networkOf(address);
      const tries = wrong.get(network);
      if (tries && !isOver(tries.sinceMs)) {
        tries.count += 1;
        return;
      }
      wrong.set(network, { count: 1, sinceMs: nowMs() });
    },

    noteRight: (): void => {
      right = isOver(right.sinceMs) ? { count: 1, sinceMs: nowMs() } : { ...right, count: right.count + 1 };
    },
  };
};

export type SignInLimit = ReturnType<typeof createSignInLimit>;

/** One person's IPv6 connection has a whole /64 to choose addresses from. */
const networkOf = (address: string): string => {
  if (!address.includes(':') || /^::ffff:\d+\./i.test(address)) return address;
  const [front = '', back = ''] = address.split('::');
  const groups = front.split(':').filter((group) => group !== '');
  const backGroups = address.includes('::') ? back.split(':').filter((group) => group !== '') : [];
  const zeros = Array<string>(Math.max(0, 8 - groups.length - backGroups.length)).fill('0');
  return [...groups, ...zeros, ...backGroups].slice(0, 4).join(':');
};
