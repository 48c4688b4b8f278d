const lookEveryMs = 25;

/** Waits for what another process or the engine brings about; the promise is kept within the limit or the test is red. */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 40_000,
): Promise<T> => {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > endMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};
