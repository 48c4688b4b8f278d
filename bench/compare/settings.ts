import { parseArgs } from 'node:util';

export const engineKinds = ['dev', 'postgres'] as const;
/** `dev`: the dev server that `npm start` brings, its database in a file; `postgres`: as docker-compose.yml has it. */
export type EngineKind = (typeof engineKinds)[number];

/** What a run is made of; all of it is told in the report. */
export interface Settings {
  readonly isShort: boolean;
  /** Of both sides; each has one of its own. */
  readonly engine: EngineKind;
  readonly rounds: number;
  readonly windowMs: number;
  /** Load that runs before the window opens. */
  readonly leadInMs: number;
  /**
   * Load on a fresh side before anything is measured. A call to the database takes 1.2 ms of CPU in a fresh process and 0.35
   * once the compiler has seen a thousand of them: what is measured earlier is the compiler.
   */
  readonly warmUpMs: number;
  /** After the load ends, until when every accepted order must have been delivered. */
  readonly drainLimitMs: number;
  readonly seed: number;
  readonly issuers: number;
  /** Orders per side and round whose histories are counted. */
  readonly histories: number;
  readonly isProfiled: boolean;
}

const long = { rounds: 3, seconds: 20, leadInMs: 3_000, warmUpMs: 60_000 };
const short = { rounds: 2, seconds: 5, leadInMs: 1_500, warmUpMs: 30_000 };

/** An option's value. @throws where it is none */
export const wholeNumber = (name: string, text: string | undefined, other: number): number => {
  const value = text === undefined ? other : Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
  return value;
};

const engineOf = (text: string): EngineKind => {
  const engine = engineKinds.find((kind) => kind === text);
  if (engine === undefined) throw new Error(`--engine must be ${engineKinds.join(' or ')}, not ${text}`);
  return engine;
};

/** Read once by the bench's main. @throws on an option that does not fit */
export const readSettings = (args: string[]): Settings => {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      seed: { type: 'string' },
      engine: { type: 'string', default: 'dev' },
      profile: { type: 'boolean', default: false },
    },
  });
  const preset = values.short ? short : long;
  return {
    isShort: values.short,
    engine: engineOf(values.engine),
    rounds: wholeNumber('rounds', values.rounds, preset.rounds),
    windowMs: wholeNumber('seconds', values.seconds, preset.seconds) * 1_000,
    leadInMs: preset.leadInMs,
    warmUpMs: wholeNumber('warm-up', values['warm-up'], preset.warmUpMs / 1_000) * 1_000,
    drainLimitMs: values.short ? 240_000 : 600_000,
    seed: wholeNumber('seed', values.seed, 1),
    issuers: 8,
    histories: 20,
    isProfiled: values.profile,
  };
};
