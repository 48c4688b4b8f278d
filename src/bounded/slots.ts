/**
 * Work that runs now, in all and by key: who finds no slot is refused, nobody waits. Behind calls in and calls out. What is
 * large takes several, and may take more than there are while nothing else of its key runs.
 */
export const createSlots = (totalLimit: number) => {
  const perKey = new Map<string, number>();
  let total = 0;
  return {
    isIdle: (key: string): boolean => !perKey.has(key),

    take: (key: string, limit: number, slots = 1): 'taken' | 'own_limit' | 'total_limit' => {
      const running = perKey.get(key) ?? 0;
      if (running > 0 ? running + slots > limit : limit < 1) return 'own_limit';
      if (total > 0 ? total + slots > totalLimit : totalLimit < 1) return 'total_limit';
      perKey.set(key, running + slots);
      total += slots;
      return 'taken';
    },

    giveBack: (key: string, slots = 1): void => {
      const running = (perKey.get(key) ?? slots) - slots;
      if (running > 0) perKey.set(key, running);
      else perKey.delete(key);
      total -= slots;
    },
  };
};
