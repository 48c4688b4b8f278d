import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, latencyChart, type Quantiles, stackChart, timeChart } from './charts';
import { type ComparedSide, over, saturationIn } from './compare';
import { areAllWhole, type Raw } from './findings';
import { goalsOf } from './goals';
import type { Latencies } from './measured';
import { phaseNames, phaseWords } from './phases';
import { reportText } from './report-text';
import type { Round } from './round';
import { spreadOf } from './statistics';

const closedPhases = ['one', 'sixteen', 'sixtyfour'] as const;

const quantiles = (
  rounds: readonly Round[],
  side: ComparedSide,
  phase: (typeof phaseNames)[number],
  what: 'accept' | 'paymentToCode',
): Quantiles => {
  const of = (share: keyof Latencies) => over(rounds, side, phase, (measured) => measured[what][share]);
  return { p50: of('p50'), p95: of('p95'), p99: of('p99') };
};

const chartsOf = ({ rounds }: Raw): Record<string, string> => {
  const cpu = (side: ComparedSide, phase: (typeof phaseNames)[number]): Record<string, number> =>
    Object.fromEntries(
      ['api', 'worker', 'engine', 'database'].map((part) => [
        part,
        over(rounds, side, phase, ({ cpuPerOrder }) => cpuPerOrder[part])?.median ?? 0,
      ]),
    );
  const latency = (what: 'accept' | 'paymentToCode') =>
    phaseNames.map((phase) => ({
      name: phaseWords[phase],
      platform: quantiles(rounds, 'platform', phase, what),
      bare: quantiles(rounds, 'bare', phase, what),
    }));
  const last = rounds.at(-1);
  const crowd = (side: ComparedSide, name: string): string =>
    timeChart(
      `${name} under three times its saturation (last round)`,
      last?.measured.find((one) => one.side === side && one.phase === 'triple')?.seconds ?? [],
      last && saturationIn(last, side),
    );
  return {
    'orders-per-second': barChart(
      'Delivered orders a second',
      'orders a second; line: lowest and highest round',
      closedPhases.map((phase) => ({
        name: phaseWords[phase],
        platform: over(rounds, 'platform', phase, ({ deliveredPerSecond }) => deliveredPerSecond),
        bare: over(rounds, 'bare', phase, ({ deliveredPerSecond }) => deliveredPerSecond),
      })),
    ),
    accept: latencyChart('From payment request to its 201', latency('accept')),
    'payment-to-code': latencyChart('From payment request to the code at the terminal', latency('paymentToCode')),
    cpu: stackChart(
      'CPU per delivered order',
      'ms',
      closedPhases.flatMap((phase) => [
        { name: `platform, ${inShort(phase)}`, parts: cpu('platform', phase) },
        { name: `bare, ${inShort(phase)}`, parts: cpu('bare', phase) },
      ]),
    ),
    'crowd-platform': crowd('platform', 'The platform'),
    'crowd-bare': crowd('bare', 'The bare order'),
  };
};

const inShort = (phase: (typeof closedPhases)[number]): string => phaseWords[phase].replace(' in flight', '');

/** Report, charts and figures into a folder; the goals on screen, too. */
export const writeReport = (raw: Raw, folder: string, say: (line: string) => void): boolean => {
  const images = join(folder, 'images');
  mkdirSync(images, { recursive: true });
  const charts = chartsOf(raw);
  for (const [name, svg] of Object.entries(charts)) writeFileSync(join(images, `performance-${name}.svg`), svg);
  writeFileSync(join(folder, 'performance.json'), `${JSON.stringify(raw)}\n`);
  writeFileSync(join(folder, 'performance.md'), reportText(raw, Object.keys(charts)));
  for (const { name, wanted, found, unit, isReached } of goalsOf(raw.rounds)) {
    const value = found ? `${found.median.toFixed(2)} (${found.min.toFixed(2)} to ${found.max.toFixed(2)})` : '-';
    say(
      `${isReached ? 'reached    ' : 'not reached'} ${name}: ${value}${unit === '' ? '' : ` ${unit}`}, wanted ${wanted}`,
    );
  }
  const isAll = areAllWhole(raw);
  const stolen = spreadOf(raw.rounds.flatMap(({ measured }) => measured.map(({ machineStolen }) => machineStolen)));
  if (stolen && stolen.max > 0.05)
    say(`the machine was taken away for up to ${(stolen.max * 100).toFixed(0)}% of a window`);
  say(
    isAll ? 'every accepted order ended exactly once' : 'NOT every accepted order ended exactly once: no figure counts',
  );
  say(`report: ${join(folder, 'performance.md')}`);
  return isAll;
};
