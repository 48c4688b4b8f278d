import { writeFileSync } from 'node:fs';
import type { Round } from './long';

const sumOf = (records: readonly Readonly<Record<string, number>>[]): [string, number][] => {
  const sums = new Map<string, number>();
  for (const record of records) {
    for (const [name, n] of Object.entries(record)) sums.set(name, (sums.get(name) ?? 0) + n);
  }
  return [...sums].sort(([a], [b]) => a.localeCompare(b));
};

const grid = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map((_name, n) => (n === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const roundsTable = (rounds: readonly Round[]): string => {
  const head = [
    'round',
    'began',
    'build',
    'database',
    'orders',
    'safety',
    'liveness',
    'crash points missed',
    'settled in s',
    'minutes',
  ];
  const rows = rounds.map((round, n) => [
    n + 1,
    round.startedAt.slice(0, 16),
    round.build,
    round.database,
    round.figures.orders ?? 0,
    round.safety.length,
    round.liveness.length,
    round.missed.length,
    Math.round(round.settledAfterMs / 1_000),
    Math.round(round.tookMs / 60_000),
  ]);
  return grid(head, rows);
};

const table = (head: string, rows: readonly [string, number | string][]): string => grid([head, ''], rows);

/** Written anew after each round, so that a run that is broken off leaves the report of what it did. */
export const writeReport = (path: string, { seed, rounds }: { seed: number; rounds: readonly Round[] }): void => {
  const counters = sumOf(rounds.map(({ sometimes }) => sometimes));
  const isFault = ([name]: [string, number]): boolean => name.startsWith('fault: ') || name.startsWith('crash point: ');
  const violations = rounds.flatMap(({ seed: own, safety, liveness }) =>
    [...safety, ...liveness].map(({ rule, order, detail }) => `- seed ${own}: ${rule}, ${order}: ${detail}`),
  );
  const settled = rounds.map(({ settledAfterMs }) => Math.round(settledAfterMs / 1_000)).sort((a, b) => a - b);
  writeFileSync(
    path,
    `${[
      '# A run of the fault suite',
      `Seed ${seed}, ${rounds.length} rounds (round n has seed ${seed} + n - 1), ${Math.round(
        rounds.reduce((sum, { tookMs }) => sum + tookMs, 0) / 60_000,
      )} minutes. After the last fault of a round all orders had ended within ${settled[Math.floor(settled.length / 2)]} s (median), ${settled.at(-1)} s (longest).`,
      table('Figures', sumOf(rounds.map(({ figures }) => figures))),
      table('Verdicts', [
        ['safety violations', rounds.reduce((sum, { safety }) => sum + safety.length, 0)],
        ['liveness violations', rounds.reduce((sum, { liveness }) => sum + liveness.length, 0)],
        ['crash points missed', rounds.reduce((sum, { missed }) => sum + missed.length, 0)],
      ]),
      roundsTable(rounds),
      ...(violations.length > 0 ? [violations.join('\n')] : []),
      table('Faults', counters.filter(isFault)),
      table(
        'States reached',
        counters.filter((row) => !isFault(row)),
      ),
    ].join('\n\n')}\n`,
  );
};
