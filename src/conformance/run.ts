import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { someAtOnce } from '../bounded/some-at-once';
import { createPlay, type PlayDeps } from './play';
import { type Scenario, type ScenarioResult, whyNotPlayed } from './scenario';
import { scenarios } from './scenarios';
import { Unmet } from './unmet';

/** So that a slow scenario holds none up, and an issuer's server has several orders at a time, as it will have. */
const atOnceMax = 6;
const linesMax = 60;
const shortName = 28;
const runLimitMs = 300_000;

/** Of all calls of the run: none is unsigned, unreadable or contradicts another one. */
const ownCalls = {
  name: 'own-calls',
  expected: "Each call of the issuer's own is signed rightly, and fits the contract",
  fix: 'Sign the raw bytes with {id}.{timestamp}.{body}, send the declared fields alone, and use a webhook-id for one request only. `npx codeferry verify-signature` tells what is wrong.',
} as const;

/** All that a whole report has a line of. */
export const checks: readonly Pick<Scenario, 'name' | 'expected'>[] = [...scenarios, ownCalls];

export interface RunDeps extends Omit<PlayDeps, 'signal'> {
  /** Its orders are named so; nobody else's are. */
  readonly prefix: string;
  readonly only?: readonly string[] | undefined;
  /** Left out: 6. */
  readonly atOnce?: number;
  readonly signal: AbortSignal;
  readonly onResult?: (result: ScenarioResult) => void;
}

export const newPrefix = (): string => `conform-${randomBytes(4).toString('hex')}`;

const chosen = (only: readonly string[] | undefined): readonly Scenario[] =>
  only === undefined ? scenarios : scenarios.filter(({ name }) => only.includes(name));

/** Plays each against the issuer, and then looks at all that the issuer called. */
export const runConformance = async ({
  prefix,
  only,
  atOnce = atOnceMax,
  onResult,
  ...deps
}: RunDeps): Promise<ScenarioResult[]> => {
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(runLimitMs)]);
  // Every wait of every scenario ends with it.
  setMaxListeners(0, signal, deps.signal);
  const flaws: string[] = [];

  const playOne = async (scenario: Scenario): Promise<ScenarioResult> => {
    const { name, expected, fix, isAdvice } = scenario;
    const about = { name, required: !isAdvice, expected };
    const beganMs = performance.now();
    const tookMs = () => Math.round(performance.now() - beganMs);
    const why = whyNotPlayed(scenario, { codeMode: deps.codeMode, callback: deps.callback.kind });
    if (why !== undefined) return { ...about, outcome: 'skipped', sent: [], came: [], why, tookMs: 0 };
    const play = createPlay({ ...deps, signal }, `${prefix}-${name.slice(0, shortName)}`);
    let problem: string | undefined;
    try {
      if (signal.aborted) throw new Unmet('the time of the run was over');
      await scenario.play(play);
    } catch (error) {
      deps.signal.throwIfAborted();
      if (!(error instanceof Unmet) && !signal.aborted) throw error;
      problem = error instanceof Unmet ? error.message : 'the time of the run was over';
    }
    const calls = await play.calls();
    flaws.push(...calls.flaws);
    return {
      ...about,
      outcome: problem === undefined ? 'passed' : 'failed',
      sent: play.sent.slice(0, linesMax),
      came: [...play.came, ...calls.lines].slice(0, linesMax),
      ...(problem === undefined ? {} : { problem, fix }),
      tookMs: tookMs(),
    };
  };

  const results = await someAtOnce(atOnce, chosen(only), async (scenario) => {
    const result = await playOne(scenario);
    onResult?.(result);
    return result;
  });
  if (only !== undefined && !only.includes(ownCalls.name)) return results;
  const last = callsResult(flaws);
  onResult?.(last);
  return [...results, last];
};

const callsResult = (flaws: readonly string[]): ScenarioResult => {
  const { name, expected, fix } = ownCalls;
  const isRight = flaws.length === 0;
  return {
    ...{ name, expected, required: true, sent: [], came: flaws.slice(0, linesMax), tookMs: 0 },
    outcome: isRight ? 'passed' : 'failed',
    ...(isRight ? {} : { fix, problem: flaws[0] ?? '' }),
  };
};
