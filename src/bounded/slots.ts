/** Of keys that anybody makes, as many as he likes: each would have its own places. */
const strangersShare = 1 / 4;

/** What is large may take more than there are while nothing else does. */
const freeOf = (limit: number, taken: number): number =>
  taken > 0 || limit < 1 ? limit - taken : Number.POSITIVE_INFINITY;

/**
 * Work that runs now, by key: who finds no slot is refused, nobody waits. A key gets another one while it holds fewer than are
 * free: however many take all that they can get, whoever comes next finds as many as each of them has (dynamic thresholds,
 * Choudhury and Hahne 1998). Strangers have a quarter together.
 */
export const createSlots = (totalLimit: number, isStranger: (key: string) => boolean = () => false) => {
  const perKey = new Map<string, number>();
  let total = 0;
  let ofStrangers = 0;

  const add = (key: string, slots: number): void => {
    const running = (perKey.get(key) ?? 0) + slots;
    if (running > 0) perKey.set(key, running);
    else perKey.delete(key);
    total += slots;
    if (isStranger(key)) ofStrangers += slots;
  };

  /** Without a limit of its own a key has what it leaves to others. Undefined: there is room. */
  const limitMet = (key: string, limit = totalLimit, slots = 1): 'own_limit' | 'total_limit' | undefined => {
    const running = perKey.get(key) ?? 0;
    if (slots > freeOf(limit, running)) return 'own_limit';
    const free = Math.min(
      freeOf(totalLimit, total),
      isStranger(key) ? freeOf(totalLimit * strangersShare, ofStrangers) : Number.POSITIVE_INFINITY,
    );
    return running + slots > free ? 'total_limit' : undefined;
  };

  return {
    isIdle: (key: string): boolean => !perKey.has(key),

    limitMet,

    take: (key: string, limit?: number, slots = 1): 'taken' | 'own_limit' | 'total_limit' => {
      const met = limitMet(key, limit, slots);
      if (met) return met;
      add(key, slots);
      return 'taken';
    },

    giveBack: (key: string, slots = 1): void => add(key, -slots),
  };
};
