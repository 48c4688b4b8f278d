/** What a test issuer's clock was moved by, at which moment: of an order that was open then. */
export interface Advance {
  /** Of the call that asked for it: the same again moves nothing. */
  readonly id: string;
  readonly atMs: number;
  readonly byMs: number;
}

/** An order remembers the newest ones. */
const advancesMax = 50;

export const withAdvance = (advances: readonly Advance[] = [], one: Advance): readonly Advance[] =>
  [...advances, one].slice(-advancesMax);

/** Whether what waits since a moment until another one would have been done by a clock that was moved meanwhile. */
export const isDueByClock = (
  advances: readonly Advance[] = [],
  { sinceMs, untilMs, nowMs }: { readonly sinceMs: number; readonly untilMs: number; readonly nowMs: number },
): boolean => {
  const movedMs = advances.filter(({ atMs }) => atMs >= sinceMs).reduce((sum, { byMs }) => sum + byMs, 0);
  return movedMs > 0 && untilMs - movedMs <= nowMs;
};
