import { often } from '../support/long-form';
import { randomOf } from '../support/random';
import { seedOf } from '../support/seed';

/**
 * Classes of attacks, each drawn from a printed seed and ended by one line with its totals: `npm test` plays the short form,
 * `LONG=on npm test -- test/attacks` the long one. What is declared is attacked without a line here. Whoever finds another kind
 * of wrong input puts it into the list that its class is drawn from.
 */

/** What an attacker puts where it can be found again: no answer, log or metric may repeat it. */
export const marker = 'ATTACK-7f3c';

jest.setTimeout(often(120_000, 3_600_000));

/** What an api may answer to anything at all. 503 says that a caller should come again; any other 5xx is a fault. */
export const isFault = (status: number): boolean => status >= 500 && status !== 503;

/** A class of attacks: what is tried comes from one printed seed, and one line tells the totals at the end. */
export const createAttack = (name: string) => {
  const random = randomOf(seedOf(`attack: ${name}`));
  const outcomes = new Map<string, number>();
  const faults: string[] = [];

  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    below,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,

    /** `fault`: what was tried, where this should not have come of it. */
    note: (outcome: string, fault?: string): void => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (fault !== undefined) faults.push(`${outcome}: ${fault.slice(0, 2_000)}`);
    },

    count: (...names: readonly string[]): number => names.reduce((sum, one) => sum + (outcomes.get(one) ?? 0), 0),

    /** Prints the totals and returns what went wrong. */
    end: (): readonly string[] => {
      const tried = [...outcomes.values()].reduce((sum, n) => sum + n, 0);
      const parts = [...outcomes].sort(([a], [b]) => a.localeCompare(b)).map(([outcome, n]) => `${n} ${outcome}`);
      process.stderr.write(`${name}: ${tried} tried, ${faults.length} faults (${parts.join(', ')})\n`);
      return faults;
    },
  };
};

export type Attack = ReturnType<typeof createAttack>;
