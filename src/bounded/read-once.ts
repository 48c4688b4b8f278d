/**
 * One reading of a key at a time, for all who ask: whoever comes while one runs has the next, which sees all that was
 * written before. No key waits for another one's.
 */
export const createReadOnce = <T>(read: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const running = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  const begin = (key: string): Promise<T> => {
    next.delete(key);
    const reading = read(key).finally(() => running.delete(key));
    running.set(key, reading);
    return reading;
  };

  return (key) => {
    const again = () => begin(key);
    const waiting = next.get(key) ?? running.get(key)?.then(again, again);
    if (!waiting) return begin(key);
    next.set(key, waiting);
    return waiting;
  };
};
