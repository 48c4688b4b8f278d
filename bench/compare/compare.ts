import type { Measured } from './measured';
import type { PhaseName } from './phases';
import type { Round } from './round';
import { type Spread, spreadOf } from './statistics';

export type Pick = (measured: Measured) => number | undefined;
export type ComparedSide = 'platform' | 'bare';

export const measuredOf = (
  rounds: readonly Round[],
  side: ComparedSide,
  phase: PhaseName,
): readonly (Measured | undefined)[] =>
  rounds.map(({ measured }) => measured.find((one) => one.side === side && one.phase === phase));

/** Over all rounds. */
export const over = (rounds: readonly Round[], side: ComparedSide, phase: PhaseName, pick: Pick): Spread | undefined =>
  spreadOf(measuredOf(rounds, side, phase).map((measured) => measured && pick(measured)));

/** Each round's platform by the same round's bare order: only neighbours in time are compared. */
export const ratioOf = (rounds: readonly Round[], phase: PhaseName, pick: Pick): Spread | undefined => {
  const bare = measuredOf(rounds, 'bare', phase).map((measured) => measured && pick(measured));
  return spreadOf(
    measuredOf(rounds, 'platform', phase).map((measured, n) => {
      const value = measured && pick(measured);
      const other = bare[n];
      return value === undefined || !other ? undefined : value / other;
    }),
  );
};

export const saturationIn = ({ measured }: Round, side: ComparedSide): number | undefined => {
  const closed = measured.filter((one) => one.side === side && (one.phase === 'sixteen' || one.phase === 'sixtyfour'));
  return closed.length === 0 ? undefined : Math.max(...closed.map(({ deliveredPerSecond }) => deliveredPerSecond));
};

export const appCpu: Pick = ({ cpuPerOrder }) => (cpuPerOrder.api ?? 0) + (cpuPerOrder.worker ?? 0);
