import type { KeptResult } from '../store/conformance';
import type { Play } from './play';

/** One thing that an issuer's server must do. To add one: a row in a file of `scenarios`. */
export interface Scenario {
  /** Stable: reports and `--only` name it. */
  readonly name: string;
  /** What a right issuer does. */
  readonly expected: string;
  /** How a wrong one is fixed. */
  readonly fix: string;
  /** Left out: of both. */
  readonly codeMode?: 'request' | 'push';
  /** Told, but no reason to fail: the platform itself does not rest on it. */
  readonly isAdvice?: true;
  /** Plays it; throws what `play.expect` throws where the issuer does something else. */
  readonly play: (play: Play) => Promise<void>;
}

export type ScenarioResult = KeptResult;
