/**
 * A queue that serves issuers in turns, and the orders of one in the order in which they came. An issuer that has not been in the
 * queue since the last round comes before those with many in it (flow queueing, RFC 8290, 4.2).
 */
export const createFairQueue = <T>(limit: number) => {
  /** The next turn is the first key's. A key that was served stays for a round, also with nothing left. */
  const fresh = new Map<string, T[]>();
  const round = new Map<string, T[]>();
  let length = 0;

  const dropYoungestOfLongest = (): T | undefined =>
    [...fresh.values(), ...round.values()].reduce((a, b) => (b.length > a.length ? b : a)).pop();

  const nextOf = (queues: Map<string, T[]>, mayTake: (key: string) => boolean): T | undefined => {
    for (const [key, own] of queues) {
      if (!mayTake(key)) continue;
      queues.delete(key);
      const item = own.shift();
      if (item === undefined) continue;
      round.set(key, own);
      return item;
    }
    return undefined;
  };

  return {
    length: (): number => length,

    /** A full queue gives up the youngest item of the key with the most, and returns it. */
    put: (key: string, item: T): T | undefined => {
      const own = fresh.get(key) ?? round.get(key);
      if (own) own.push(item);
      else fresh.set(key, [item]);
      if (length >= limit) return dropYoungestOfLongest();
      length += 1;
      return undefined;
    },

    take: (mayTake: (key: string) => boolean = () => true): T | undefined => {
      const item = nextOf(fresh, mayTake) ?? nextOf(round, mayTake);
      if (item !== undefined) length -= 1;
      return item;
    },
  };
};
