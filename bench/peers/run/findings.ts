import type { Machine } from '../../compare/machine';
import type { ContenderName } from './contender';
import type { Loss } from './loss';
import type { Options } from './options';
import type { Speed } from './speed';

/** All that a run found out; kept in bench/results. */
export interface Findings {
  readonly startedAt: string;
  readonly tookMs: number;
  readonly options: Options;
  readonly machine: Machine;
  /** By program or package. */
  readonly versions: Readonly<Record<string, string>>;
  readonly databaseKind: string;
  readonly speeds: readonly Speed[];
  readonly losses: readonly Loss[];
  /** What a contender lacked, or how it failed. */
  readonly missing: Readonly<Partial<Record<ContenderName, string>>>;
}
