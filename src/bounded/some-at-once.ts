/** Results in the order of what they are of. */
export const someAtOnce = async <T, R>(
  atOnceMax: number,
  items: readonly T[],
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  const waiting = items.entries();
  const next = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await work(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, next));
  return results;
};
