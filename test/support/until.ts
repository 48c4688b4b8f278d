const pauseMinMs = 10;
/** What is asked answers from the same two cores as what is waited for: looking takes a small part of the time. */
const pausePerLook = 4;
const pausePerWaited = 0.1;
/** A look that took long has waited itself, and is made again soon: else one slow answer is all that a limit has room for. */
const pauseMaxMs = 2_000;

/** Waits for what another process or the engine brings about; the promise is kept within the limit or the test is red. */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 40_000,
): Promise<T> => {
  const startedMs = performance.now();
  for (;;) {
    const lookedMs = performance.now();
    let failed: unknown;
    // A busy platform may answer 503, as to any client: what has no such answer's fields is looked at again.
    const seen = await Promise.resolve()
      .then(look)
      .catch((error: unknown) => {
        failed = error;
        return undefined;
      });
    if (seen !== undefined && seen !== false) return seen;
    const nowMs = performance.now();
    if (nowMs - startedMs > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`, { cause: failed });
    const share = Math.max(pausePerLook * (nowMs - lookedMs), pausePerWaited * (nowMs - startedMs));
    const pauseMs = Math.min(pauseMaxMs, Math.max(pauseMinMs, share));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};
