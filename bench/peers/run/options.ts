import { parseArgs } from 'node:util';
import { type ContenderName, contenderNames } from './contender';

/** What a run is made of; all of it is told on the page. */
export interface Options {
  readonly rounds: number;
  readonly windowMs: number;
  readonly leadInMs: number;
  readonly warmUpMs: number;
  readonly drainLimitMs: number;
  /** Of the application, and as many again of its stores. */
  readonly kills: number;
  readonly settleLimitMs: number;
  readonly seed: number;
  readonly issuers: number;
  readonly only: readonly ContenderName[];
  /** Not all of them, or not both parts: neither results nor page are replaced. */
  readonly isPartial: boolean;
  /** What else the machine did, in the words of whoever started the run. */
  readonly note: string | undefined;
}

const whole = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} must be a whole number from ${least}`);
  return value;
};

/** Read once by the run's main. @throws on an option that does not fit */
export const readOptions = (args: string[]): Options => {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '5' },
      kills: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      note: { type: 'string' },
    },
  });
  const only = values.only?.split(',') ?? [...contenderNames];
  const stranger = only.find((name) => !(contenderNames as readonly string[]).includes(name));
  if (stranger !== undefined) throw new Error(`--only knows ${contenderNames.join(', ')}, not ${stranger}`);
  const [rounds, kills] = [whole('rounds', values.rounds, 0), whole('kills', values.kills, 0)];
  return {
    rounds,
    windowMs: whole('seconds', values.seconds, 1) * 1_000,
    leadInMs: 1_500,
    warmUpMs: 15_000,
    drainLimitMs: 60_000,
    kills,
    settleLimitMs: 120_000,
    seed: whole('seed', values.seed, 0),
    issuers: 8,
    only: only as ContenderName[],
    isPartial: only.length < contenderNames.length || rounds === 0 || kills === 0,
    note: values.note,
  };
};
