import { LRUCache } from 'lru-cache';
import { createPerMinute } from './per-minute';

/** A minute, of one network: people choose the secret. */
const wrongMax = 20;
const knownNetworksMax = 100;
const knownMs = 24 * 3_600_000;

/**
 * For a door with one secret. Above the limit of its network a right one is refused as well, so that whoever guesses on learns
 * nothing; but it is taken from where it was taken within a day, so that nobody is kept out by a guesser beside them.
 */
export const createSecretDoor = (nowMs: () => number) => {
  const wrong = createPerMinute(wrongMax, nowMs);
  const knownSinceMs = new LRUCache<string, number>({ max: knownNetworksMax });
  return {
    /** 0: it is taken, undefined: it is wrong, else in how many seconds one is looked at again. */
    waitSeconds: (network: string, isRight: boolean): number | undefined => {
      const leftSeconds = wrong.secondsLeft(network);
      const isKnown = (knownSinceMs.get(network) ?? Number.NEGATIVE_INFINITY) > nowMs() - knownMs;
      if (leftSeconds !== undefined && !(isRight && isKnown)) return leftSeconds;
      if (isRight) knownSinceMs.set(network, nowMs());
      else wrong.note(network);
      return isRight ? 0 : undefined;
    },
  };
};
