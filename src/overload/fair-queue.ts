/**
 * A line in which those who wait are served in turns, each its own in the order in which they came. Who has not been in line
 * since the last round comes before those who wait with many: its turn is next (as in RFC 8290, 4.2).
 */
export const createFairQueue = <T>(limit: number) => {
  /** Whose turn is next comes first. Who was served stays for a round, also without any more. */
  const fresh = new Map<string, T[]>();
  const round = new Map<string, T[]>();
  let length = 0;

  const dropYoungestOfLongest = (): void => {
    [...fresh.values(), ...round.values()].reduce((a, b) => (b.length > a.length ? b : a)).pop();
  };

  const nextOf = (lines: Map<string, T[]>): T | undefined => {
    for (const [whose, own] of lines) {
      lines.delete(whose);
      const item = own.shift();
      if (item === undefined) continue;
      round.set(whose, own);
      return item;
    }
    return undefined;
  };

  return {
    length: (): number => length,

    /** A full line gives up the youngest of whoever has the most in it. */
    put: (whose: string, item: T): void => {
      const own = fresh.get(whose) ?? round.get(whose);
      if (own) own.push(item);
      else fresh.set(whose, [item]);
      if (length < limit) length += 1;
      else dropYoungestOfLongest();
    },

    take: (): T | undefined => {
      const item = nextOf(fresh) ?? nextOf(round);
      if (item !== undefined) length -= 1;
      return item;
    },
  };
};
