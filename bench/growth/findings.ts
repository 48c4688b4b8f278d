import type { Machine } from '../compare/machine';
import type { Burst } from './burst';
import type { Fairness } from './fairness';
import type { Memory } from './memory';
import type { PieceName } from './options';
import type { Processes } from './processes';
import type { Stored } from './stored';

/** One piece as it was run last, with all that a reader needs to judge it. */
export interface Ran<F> {
  readonly startedAt: string;
  readonly tookMs: number;
  readonly machine: Machine;
  readonly databaseKind: string;
  readonly note?: string | undefined;
  readonly settings: Readonly<Record<string, string | number>>;
  /** False where an accepted order did not end exactly once: then no figure counts. */
  readonly isWhole: boolean;
  readonly found: F;
}

export interface FoundBy {
  readonly stored: Stored;
  readonly processes: Processes;
  readonly fairness: Fairness;
  readonly burst: Burst;
  readonly memory: Memory;
}

/** What was never run is not in it. */
export type Findings = { readonly [P in PieceName]?: Ran<FoundBy[P]> };

/** A piece that was run replaces its own section only. */
export const withPiece = <P extends PieceName>(before: Findings, piece: P, ran: Ran<FoundBy[P]>): Findings => ({
  ...before,
  [piece]: ran,
});

/** How many times as much; undefined where either is missing, or the first is nothing. */
export const ratioOf = (first: number | undefined, last: number | undefined): number | undefined =>
  first === undefined || last === undefined || !(first > 0) ? undefined : last / first;
