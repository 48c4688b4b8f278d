import { type ComparedSide, over, type Pick } from '../compare/compare';
import { areAllWhole, type Raw } from '../compare/findings';
import { goalsOf } from '../compare/goals';
import { phaseNames, phaseWords } from '../compare/phases';
import { columns, item, middle, paragraph, spread, table, verdict } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;
const sides = ['platform', 'bare'] as const;

const notWhole = 'Not every accepted order ended exactly once: none of these figures counts.';

/** How the platform holds against a bare Temporal order; one column a set-up. */
export const goalsSection = (runs: readonly Result<Raw>[]): string[] => {
  const goals = runs.map(({ found }) => goalsOf(found.rounds));
  const cell = (n: number, goal: number): string => {
    const one = goals[n]?.[goal];
    if (!one) return '-';
    return `${spread(one.found)}${one.unit === '' || !one.found ? '' : ` ${one.unit}`}, ${verdict(one.isReached)}`;
  };
  return [
    '## Goals',
    paragraph(
      'A ratio is taken within a round; the median of the rounds decides. In brackets are the lowest and the highest round.',
    ),
    table(
      ['Goal', 'Wanted', ...runs.map(({ setUp }) => setUpWords(setUp))],
      (goals[0] ?? []).map(({ name, wanted }, goal) => [
        name.replace(' (nothing was refused)', ''),
        wanted,
        ...runs.map((_, n) => cell(n, goal)),
      ]),
    ),
    ...runs
      .filter(({ found }) => !areAllWhole(found))
      .map(({ setUp }) => item(`**${setUpWords(setUp)}: ${notWhole}**`)),
  ];
};

const perLoad: readonly [string, Pick][] = [
  ['delivered/s', ({ deliveredPerSecond }) => deliveredPerSecond],
  ['accept p50', ({ accept }) => accept.p50],
  ['accept p99', ({ accept }) => accept.p99],
  ['to code p50', ({ paymentToCode }) => paymentToCode.p50],
  ['to code p99', ({ paymentToCode }) => paymentToCode.p99],
  ['CPU ms', ({ cpuPerOrder }) => (cpuPerOrder.api ?? 0) + (cpuPerOrder.worker ?? 0)],
];

const bothSides = (of: (side: ComparedSide) => string): string => sides.map(of).join('/');

const loadsTable = ({ rounds }: Raw): string =>
  columns(
    ['Load', ...perLoad.map(([name]) => name)],
    phaseNames.map((phase) => [
      phaseWords[phase],
      ...perLoad.map(([, pick]) => bothSides((side) => middle(over(rounds, side, phase, pick)))),
    ]),
  );

const overloadTable = ({ rounds }: Raw): string => {
  const parts: readonly [string, Pick][] = [
    ['placed', ({ endings }) => endings.placed],
    ['accepted', ({ endings }) => endings.accepted],
    ['delivered once', ({ endings }) => endings.deliveredOnce],
    ['refused', ({ endings }) => endings.refused],
    ['refusal p99 ms', ({ refuse }) => refuse.p99],
    ['unanswered', ({ endings }) => endings.unanswered],
    ['worked off after, s', ({ drainMs }) => drainMs / secondMs],
  ];
  return columns(
    parts.map(([name]) => name),
    [parts.map(([, pick]) => bothSides((side) => middle(over(rounds, side, 'triple', pick))))],
  );
};

/** One set-up: its loads and three times the saturation. */
export const compareSection = ({ setUp, found: raw }: Result<Raw>): string[] => {
  const { settings, rounds } = raw;
  return [
    `## Beside a bare order: ${setUpWords(setUp)}`,
    paragraph(
      `Platform/bare, medians of ${rounds.length} rounds of ${settings.windowMs / secondMs} s on ${raw.startedAt.slice(0, 10)}${raw.note === undefined ? '' : `, ${raw.note}`}; ms from when an order was due.`,
    ),
    ...(areAllWhole(raw) ? [] : [`**${notWhole}**`]),
    loadsTable(raw),
    'At three times the own saturation:',
    overloadTable(raw),
  ];
};
