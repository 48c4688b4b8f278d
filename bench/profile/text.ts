import { figure, table } from '../compare/tables';
import type { ProfileRun, SideTimes } from './run';

const secondMs = 1_000;
/** Below this many ms an order a part is told with the others. */
const leastMs = 0.3;

type Columns = Readonly<Record<string, number>>;

const compared = (name: string, platform: Columns, bare: Columns): string => {
  const rows = [...new Set([...Object.keys(platform), ...Object.keys(bare)])].map(
    (key) => [key, platform[key] ?? 0, bare[key] ?? 0] as const,
  );
  const isSmall = ([, one, other]: (typeof rows)[number]): boolean => Math.max(one, other) < leastMs;
  const sum = (some: typeof rows, n: 1 | 2): number => some.reduce((total, row) => total + row[n], 0);
  const small = rows.filter(isSmall);
  const told = [
    ...rows.filter((row) => !isSmall(row)).sort((a, b) => b[1] - b[2] - (a[1] - a[2])),
    ...(small.length > 0 ? [['all else', sum(small, 1), sum(small, 2)] as const] : []),
    ['**together**', sum(rows, 1), sum(rows, 2)] as const,
  ];
  return table(
    [name, 'platform', 'bare', 'difference'],
    told.map(([key, one, other]) => [
      key,
      figure(one),
      figure(other),
      `${one < other ? '-' : '+'}${figure(Math.abs(one - other))}`,
    ]),
  );
};

/** Whole Markdown of a profiled run. */
export const profileText = ({ startedAt, settings, machine, engine, databaseKind, sides }: ProfileRun): string => {
  const of = (name: SideTimes['side']): SideTimes => {
    const found = sides.find(({ side }) => side === name);
    if (!found) throw new Error(`${name} was not profiled`);
    return found;
  };
  const [platform, bare] = [of('platform'), of('bare')];
  return `${[
    '# Where the time goes',
    `Written by \`npm run bench -- --profile\` on ${startedAt.slice(0, 10)}; changed by running it again only. Milliseconds of CPU per delivered order, of the platform and of the bare order of [performance.md](performance.md), 16 in flight.`,
    [
      `Each side had ${settings.warmUpMs / secondMs} s to warm up, then a window of ${settings.windowMs / secondMs} s in which the kernel's times of all threads were read (${platform.measured.ordersInWindow} orders on the platform, ${bare.measured.ordersInWindow} on the bare side), then one more in which V8's profilers ran.`,
      "These sample each JavaScript thread every millisecond. A sample belongs to the innermost frame that is not Node's own: a socket write of the database driver is the driver's. A part's milliseconds are its share of the samples times the thread's time by the kernel.",
    ].join('\n'),
    '## Processes',
    compared('process', platform.measured.cpuPerOrder, bare.measured.cpuPerOrder),
    '## Threads',
    compared('api', platform.threads.api, bare.threads.api),
    compared('worker', platform.threads.worker, bare.threads.worker),
    '## Parts of the program',
    'Of the JavaScript threads.',
    compared('api', platform.parts.api, bare.parts.api),
    compared('worker', platform.parts.worker, bare.parts.worker),
    '## Machine',
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node}, engine ${engine}, database ${databaseKind}; load before: ${machine.loadBefore.toFixed(2)}.`,
  ].join('\n\n')}\n`;
};
