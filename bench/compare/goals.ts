import { appCpu, measuredOf, ratioOf, saturationIn } from './compare';
import { isWhole } from './endings';
import { areAllWhole, type Raw } from './findings';
import type { Round } from './round';
import { type Spread, spreadOf } from './statistics';

export interface Goal {
  readonly name: string;
  readonly wanted: string;
  /** The median of the rounds decides. */
  readonly found: Spread | undefined;
  readonly unit: '' | 'ms';
  readonly isReached: boolean;
}

const atLeast = (found: Spread | undefined, limit: number): boolean => found !== undefined && found.median >= limit;
const atMost = (found: Spread | undefined, limit: number): boolean => found !== undefined && found.median <= limit;
const refusalLimitMs = 1_000;

/** What the platform may cost beside a bare Temporal order, and what it keeps under three times its saturation. */
export const goalsOf = (rounds: readonly Round[]): Goal[] => {
  const orders = spreadOf(
    rounds.map((round) => {
      const bare = saturationIn(round, 'bare');
      const platform = saturationIn(round, 'platform');
      return platform === undefined || !bare ? undefined : platform / bare;
    }),
  );
  const toCode = ratioOf(rounds, 'one', ({ paymentToCode }) => paymentToCode.p50);
  const cpu = ratioOf(rounds, 'sixtyfour', appCpu);
  const accept = ratioOf(rounds, 'sixtyfour', (measured) => measured.accept.p50);
  const crowded = measuredOf(rounds, 'platform', 'triple');
  const completed = spreadOf(
    crowded.map((one) => one && one.endings.deliveredOnce / Math.max(1, one.endings.accepted)),
  );
  const refusals = spreadOf(crowded.map((one) => one?.refuse.p99));
  const goodput = spreadOf(
    rounds.map((round, n) => {
      const saturation = saturationIn(round, 'platform');
      const one = crowded[n];
      return one === undefined || !saturation ? undefined : one.deliveredPerSecond / saturation;
    }),
  );
  const hasRefusals = crowded.some((one) => (one?.endings.refused ?? 0) > 0);
  const areWhole = crowded.every((one) => one !== undefined && isWhole(one.endings));
  return [
    {
      name: 'orders a second at saturation, to bare',
      wanted: '>= 0.85',
      found: orders,
      unit: '',
      isReached: atLeast(orders, 0.85),
    },
    {
      name: 'payment to code p50 at 1 in flight, to bare',
      wanted: '<= 1.3',
      found: toCode,
      unit: '',
      isReached: atMost(toCode, 1.3),
    },
    {
      name: 'CPU of api and worker per order at 64 in flight, to bare',
      wanted: '<= 1.5',
      found: cpu,
      unit: '',
      isReached: atMost(cpu, 1.5),
    },
    {
      name: 'accept p50 at 64 in flight, to bare',
      wanted: '<= 1.0',
      found: accept,
      unit: '',
      isReached: atMost(accept, 1),
    },
    {
      name: 'under 3x saturation, accepted orders that ended exactly once',
      wanted: 'all',
      found: completed,
      unit: '',
      isReached: completed !== undefined && completed.min === 1 && areWhole,
    },
    {
      name: hasRefusals
        ? 'under 3x saturation, refusals p99'
        : 'under 3x saturation, refusals p99 (nothing was refused)',
      wanted: '< 1 s',
      found: refusals,
      unit: 'ms',
      isReached: !hasRefusals || (refusals !== undefined && refusals.median < refusalLimitMs),
    },
    {
      name: 'under 3x saturation, delivered a second, to own saturation',
      wanted: '>= 0.9',
      found: goodput,
      unit: '',
      isReached: atLeast(goodput, 0.9),
    },
  ];
};

/** On screen, at the end of a run. False where an order did not end exactly once. */
export const sayGoals = (raw: Raw, say: (line: string) => void): boolean => {
  for (const { name, wanted, found, unit, isReached } of goalsOf(raw.rounds)) {
    const value = found ? `${found.median.toFixed(2)} (${found.min.toFixed(2)} to ${found.max.toFixed(2)})` : '-';
    say(
      `${isReached ? 'reached    ' : 'not reached'} ${name}: ${value}${unit === '' ? '' : ` ${unit}`}, wanted ${wanted}`,
    );
  }
  const stolen = spreadOf(raw.rounds.flatMap(({ measured }) => measured.map(({ machineStolen }) => machineStolen)));
  if (stolen && stolen.max > 0.05)
    say(`the machine was taken away for up to ${(stolen.max * 100).toFixed(0)}% of a window`);
  const isAll = areAllWhole(raw);
  say(
    isAll ? 'every accepted order ended exactly once' : 'NOT every accepted order ended exactly once: no figure counts',
  );
  return isAll;
};
