/**
 * One reading for all who ask: never two at once, and kept for so long after it began. A failed one is not kept.
 * Behind the metrics page, the troubles and the health of the platform, which anyone may ask for at any rate.
 */
export const cachedFor = <T>(keptMs: number, nowMs: () => number, read: () => Promise<T>): (() => Promise<T>) => {
  let kept: { readonly value: T; readonly atMs: number } | undefined;
  let reading: Promise<T> | undefined;

  const readNow = async (): Promise<T> => {
    const atMs = nowMs();
    const value = await read();
    kept = { value, atMs };
    return value;
  };

  return async () => {
    if (kept && nowMs() - kept.atMs < keptMs) return kept.value;
    reading ??= readNow().finally(() => {
      reading = undefined;
    });
    return reading;
  };
};
