import { parseArgs } from 'node:util';
import { wholeNumber } from '../compare/settings';

export const pieceNames = ['stored', 'processes', 'fairness', 'burst', 'memory'] as const;
export type PieceName = (typeof pieceNames)[number];

/** What a run is made of; each piece tells those that it went by. */
export interface GrowthOptions {
  readonly only: readonly PieceName[];
  /** Written beside the data, so that docs keep the long run. */
  readonly isShort: boolean;
  /** Left out: each piece has its own. */
  readonly seconds: number | undefined;
  readonly warmUpMs: number;
  readonly leadInMs: number;
  /** After a load ends, until when every accepted order must have been delivered. */
  readonly drainLimitMs: number;
  readonly seed: number;
  /** Stored finished orders, rising. */
  readonly stored: readonly number[];
  /** How often each list and search is asked for. */
  readonly repeats: number;
  /** Workers, and as many apis, rising. */
  readonly processes: readonly number[];
  /** Offered to the crowded platform, in times of its saturation. */
  readonly crowd: number;
  readonly others: number;
  /** Orders offered in ten seconds. */
  readonly burst: number;
  /** While which memory is read. */
  readonly orders: number;
  /** What else the machine did, in the words of whoever started the run. */
  readonly note: string | undefined;
}

const long = { warmUp: 30, stored: '1000,100000', repeats: 30, processes: '1,2,4,8', burst: 1_000, orders: 2_000 };
const short = { warmUp: 4, stored: '50,500', repeats: 3, processes: '1,2', burst: 40, orders: 60 };
const shortSeconds = 4;

const rising = (name: string, text: string): number[] => {
  const values = text.split(',').map((part) => wholeNumber(name, part, 0));
  if (values.some((value, n) => n > 0 && value <= (values[n - 1] ?? 0))) throw new Error(`--${name} must rise`);
  return values;
};

/** Read once by the run's main. @throws on an option that does not fit */
export const readGrowthOptions = (args: string[]): GrowthOptions => {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      seed: { type: 'string' },
      stored: { type: 'string' },
      repeats: { type: 'string' },
      processes: { type: 'string' },
      crowd: { type: 'string', default: '2' },
      others: { type: 'string' },
      burst: { type: 'string' },
      orders: { type: 'string' },
      note: { type: 'string' },
    },
  });
  const preset = values.short ? short : long;
  const only = values.only?.split(',') ?? [...pieceNames];
  const stranger = only.find((name) => !(pieceNames as readonly string[]).includes(name));
  if (stranger !== undefined) throw new Error(`--only knows ${pieceNames.join(', ')}, not ${stranger}`);
  const crowd = Number(values.crowd);
  if (!(crowd > 0)) throw new Error('--crowd must be a number above 0');
  const count = (name: 'repeats' | 'burst' | 'orders'): number => wholeNumber(name, values[name], preset[name]);
  return {
    only: only as PieceName[],
    isShort: values.short,
    seconds:
      values.seconds === undefined
        ? values.short
          ? shortSeconds
          : undefined
        : wholeNumber('seconds', values.seconds, shortSeconds),
    warmUpMs: wholeNumber('warm-up', values['warm-up'], preset.warmUp) * 1_000,
    leadInMs: values.short ? 500 : 2_000,
    drainLimitMs: 1_800_000,
    seed: wholeNumber('seed', values.seed, 1),
    stored: rising('stored', values.stored ?? preset.stored),
    repeats: count('repeats'),
    processes: rising('processes', values.processes ?? preset.processes),
    crowd,
    others: wholeNumber('others', values.others, 10),
    burst: count('burst'),
    orders: count('orders'),
    note: values.note,
  };
};
