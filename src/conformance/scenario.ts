import type { KeptResult } from '../store/conformance';
import type { Play } from './play';
import type { CallbackKind } from './sending';
import type { Scripted } from './stage-order';

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
  /** Of issuers that are called, or of those that fetch, alone, and why. Left out: of both. */
  readonly callback?: { readonly kind: CallbackKind; readonly why: string };
  /** Told, but no reason to fail: the platform itself does not rest on it. */
  readonly isAdvice?: true;
  /** Plays it; throws what `play.expect` throws where the issuer does something else. */
  readonly play: (play: Play) => Promise<void>;
}

/** Why it is not played with such an issuer. */
export const whyNotPlayed = (
  { codeMode, callback }: Pick<Scenario, 'codeMode' | 'callback'>,
  issuer: { readonly codeMode: 'request' | 'push'; readonly callback: CallbackKind },
): string | undefined => {
  if (codeMode !== undefined && codeMode !== issuer.codeMode) return `It is for the code mode ${codeMode}.`;
  return callback === undefined || callback.kind === issuer.callback ? undefined : callback.why;
};

/** Of an order that is cancelled before its codes come. */
export const codesUnavailable: readonly Scripted[] = [{ call: 'codes', status: 503, retryAfterSeconds: 2 }];

export type ScenarioResult = KeptResult;
