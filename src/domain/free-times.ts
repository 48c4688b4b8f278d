/** Days of a year and some: with more, the shortest times between them count as free. */
const timesMax = 400;
const always = Number.MAX_SAFE_INTEGER;

type Time = readonly [fromMs: number, toMs: number];

/** When any of them runs, as from, to, from, to: times that meet are one, and what has ended is left out. */
export const freeTimes = (
  dated: readonly { readonly startsAtMs?: number; readonly expiresAtMs?: number }[],
  nowMs: number,
): number[] => {
  const sorted = dated
    .map(({ startsAtMs = 0, expiresAtMs = always }): Time => [startsAtMs, expiresAtMs])
    .filter(([fromMs, toMs]) => toMs > nowMs && toMs > fromMs)
    .sort(([a], [b]) => a - b);
  const joined: Time[] = [];
  for (const [fromMs, toMs] of sorted) {
    const last = joined.at(-1);
    if (last && fromMs <= last[1]) joined[joined.length - 1] = [last[0], Math.max(last[1], toMs)];
    else joined.push([fromMs, toMs]);
  }
  return within(joined).flat();
};

const within = (times: readonly Time[]): readonly Time[] => {
  if (times.length <= timesMax) return times;
  const gapBefore = (n: number): number => (times[n]?.[0] ?? 0) - (times[n - 1]?.[1] ?? 0);
  const starts = [...times.keys()]
    .slice(1)
    .sort((a, b) => gapBefore(b) - gapBefore(a))
    .slice(0, timesMax - 1)
    .sort((a, b) => a - b);
  return [0, ...starts].map((start, n): Time => {
    const end = starts[n] ?? times.length;
    return [times[start]?.[0] ?? 0, times[end - 1]?.[1] ?? always];
  });
};
