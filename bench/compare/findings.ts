import { isWhole } from './endings';
import type { Machine } from './machine';
import type { Round } from './round';
import type { Settings } from './settings';
import type { SimulatorLimit } from './simulator-limit';

/** All that a run found out; kept in bench/results. */
export interface Raw {
  readonly startedAt: string;
  readonly tookMs: number;
  readonly settings: Settings;
  readonly machine: Machine;
  /** What a reader of these figures has to know later, added by hand. */
  readonly note?: string;
  /** In words: what ran under both sides. */
  readonly engine: string;
  readonly limits: readonly SimulatorLimit[];
  readonly rounds: readonly Round[];
}

/** False where an order was lost, doubled or wrong, on either side: then no figure counts. */
export const areAllWhole = ({ rounds, limits }: Raw): boolean =>
  limits.every((limit) => limit.isWhole) &&
  rounds.every(
    ({ measured, ends }) =>
      measured.every(({ endings, issuers }) => isWhole(endings) && issuers.givenUp === 0) &&
      ends.every(
        ({ accepted, executions, rowsByState }) =>
          executions.Completed === accepted &&
          Object.keys(executions).length === 1 &&
          (rowsByState === undefined || rowsByState.delivered === accepted),
      ),
  );
