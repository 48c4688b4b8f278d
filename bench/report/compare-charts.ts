import { type ComparedSide, over, saturationIn } from '../compare/compare';
import type { Raw } from '../compare/findings';
import type { Latencies } from '../compare/measured';
import { type PhaseName, phaseNames, phaseWords } from '../compare/phases';
import { barChart, latencyChart, type Quantiles, stackChart, timeChart } from './charts';
import { type Result, setUpWords } from './results';

const closedPhases = ['one', 'sixteen', 'sixtyfour'] as const;
const parts = ['api', 'worker', 'engine', 'database'] as const;
const inShort = (phase: PhaseName): string => phaseWords[phase].replace(' in flight', '');

/** The pictures of one set-up, whose name stands in each title. */
export const compareCharts = ({ setUp, found: { rounds } }: Result<Raw>): Record<string, string> => {
  const words = setUpWords(setUp);
  const quantiles = (side: ComparedSide, phase: PhaseName): Quantiles => {
    const of = (share: keyof Latencies) => over(rounds, side, phase, (measured) => measured.paymentToCode[share]);
    return { p50: of('p50'), p95: of('p95'), p99: of('p99') };
  };
  const cpu = (side: ComparedSide, phase: PhaseName): Record<string, number> =>
    Object.fromEntries(
      parts.map((part) => [part, over(rounds, side, phase, ({ cpuPerOrder }) => cpuPerOrder[part])?.median ?? 0]),
    );
  const last = rounds.at(-1);
  return {
    'orders-per-second': barChart(
      `Delivered orders a second: ${words}`,
      'orders a second; line: lowest and highest round',
      closedPhases.map((phase) => ({
        name: phaseWords[phase],
        platform: over(rounds, 'platform', phase, ({ deliveredPerSecond }) => deliveredPerSecond),
        bare: over(rounds, 'bare', phase, ({ deliveredPerSecond }) => deliveredPerSecond),
      })),
    ),
    'payment-to-code': latencyChart(
      `From payment request to the code at the terminal: ${words}`,
      phaseNames.map((phase) => ({
        name: phaseWords[phase],
        platform: quantiles('platform', phase),
        bare: quantiles('bare', phase),
      })),
    ),
    cpu: stackChart(
      `CPU of a delivered order: ${words}`,
      'ms',
      closedPhases.flatMap((phase) => [
        { name: `platform, ${inShort(phase)}`, parts: cpu('platform', phase) },
        { name: `bare, ${inShort(phase)}`, parts: cpu('bare', phase) },
      ]),
    ),
    overload: timeChart(
      `The platform at three times its saturation (last round): ${words}`,
      last?.measured.find(({ side, phase }) => side === 'platform' && phase === 'triple')?.seconds ?? [],
      last && saturationIn(last, 'platform'),
    ),
  };
};
