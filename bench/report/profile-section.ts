import type { ProfileRun, SideTimes } from '../profile/run';
import { columns, figure, paragraph } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;
/** Below this many ms an order a part is shown with the others. */
const leastMs = 0.5;

type Columns = Readonly<Record<string, number>>;

const compared = (name: string, platform: Columns, bare: Columns): string => {
  const keys = [...new Set([...Object.keys(platform), ...Object.keys(bare)])];
  const rows = keys.map((key) => [key, platform[key] ?? 0, bare[key] ?? 0] as const);
  const isSmall = ([key, one, other]: (typeof rows)[number]): boolean =>
    key === 'all else' || Math.max(one, other) < leastMs;
  const sum = (some: typeof rows, n: 1 | 2): number => some.reduce((total, row) => total + row[n], 0);
  const small = rows.filter(isSmall);
  return columns(
    [name, 'platform', 'bare'],
    [
      ...rows.filter((row) => !isSmall(row)).sort((a, b) => b[1] - b[2] - (a[1] - a[2])),
      ...(small.length > 0 ? [['all else', sum(small, 1), sum(small, 2)] as const] : []),
      ['**together**', sum(rows, 1), sum(rows, 2)] as const,
    ].map(([key, one, other]) => [key, figure(one), figure(other)]),
  );
};

/** Where the CPU of an order goes, by process and by part of the program. */
export const profileSection = ({ setUp, found: run }: Result<ProfileRun>): string[] => {
  const of = (name: SideTimes['side']): SideTimes => {
    const times = run.sides.find(({ side }) => side === name);
    if (!times) throw new Error(`${name} was not profiled`);
    return times;
  };
  const [platform, bare] = [of('platform'), of('bare')];
  return [
    `## Where the time goes: ${setUpWords(setUp)}`,
    paragraph(
      `Milliseconds of CPU per delivered order, 16 in flight, on ${run.startedAt.slice(0, 10)}${run.note === undefined ? '' : `, ${run.note}`}: ${run.settings.warmUpMs / secondMs} s of warm-up, then a window of ${run.settings.windowMs / secondMs} s (${platform.measured.ordersInWindow} and ${bare.measured.ordersInWindow} orders). V8 samples each thread every millisecond; a sample belongs to the innermost frame that is not Node's own, and shares are scaled to the kernel's times.`,
    ),
    compared('Process', platform.measured.cpuPerOrder, bare.measured.cpuPerOrder),
    compared('api, by part', platform.parts.api, bare.parts.api),
    compared('worker, by part', platform.parts.worker, bare.parts.worker),
  ];
};
