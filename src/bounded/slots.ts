/** Work that runs now, in all and by key: who finds no slot is refused, nobody waits. Behind calls in and calls out. */
export const createSlots = (totalLimit: number) => {
  const perKey = new Map<string, number>();
  let total = 0;
  return {
    isIdle: (key: string): boolean => !perKey.has(key),

    take: (key: string, limit: number): 'taken' | 'own_limit' | 'total_limit' => {
      const running = perKey.get(key) ?? 0;
      if (running >= limit) return 'own_limit';
      if (total >= totalLimit) return 'total_limit';
      perKey.set(key, running + 1);
      total += 1;
      return 'taken';
    },

    giveBack: (key: string): void => {
      const running = (perKey.get(key) ?? 1) - 1;
      if (running > 0) perKey.set(key, running);
      else perKey.delete(key);
      total -= 1;
    },
  };
};
