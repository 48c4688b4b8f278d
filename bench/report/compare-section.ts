import { type ComparedSide, over, type Pick } from '../compare/compare';
import { areAllWhole, type Raw } from '../compare/findings';
import { goalsOf } from '../compare/goals';
import type { Measured, RoundEnd } from '../compare/measured';
import { type PhaseName, phaseNames, phaseWords } from '../compare/phases';
import { spreadOf } from '../compare/statistics';
import { figure, item, middle, paragraph, spread, table, verdict } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;
const kibibyte = 1_024;
const sides = ['platform', 'bare'] as const;
const parts = ['api', 'worker', 'engine', 'database'] as const;

const sumOf = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((sum, value) => sum + value, 0);

const endsOf = ({ rounds }: Raw, side: ComparedSide): RoundEnd[] =>
  rounds.flatMap(({ ends }) => ends.filter((end) => end.side === side));

const meanOf = (values: readonly number[]): string =>
  values.length === 0 ? '-' : figure(values.reduce((sum, value) => sum + value, 0) / values.length);

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
  ['offered/s', ({ offeredPerSecond }) => offeredPerSecond],
  ['delivered/s', ({ deliveredPerSecond }) => deliveredPerSecond],
  ['accept p50', ({ accept }) => accept.p50],
  ['accept p99', ({ accept }) => accept.p99],
  ['to code p50', ({ paymentToCode }) => paymentToCode.p50],
  ['to code p99', ({ paymentToCode }) => paymentToCode.p99],
  ['CPU api + worker', ({ cpuPerOrder }) => (cpuPerOrder.api ?? 0) + (cpuPerOrder.worker ?? 0)],
  ['machine busy', ({ machineBusy }) => machineBusy],
];

const loadsTable = ({ rounds }: Raw): string =>
  table(
    ['Load', 'Side', ...perLoad.map(([name]) => name)],
    phaseNames.flatMap((phase) =>
      sides.map((side) => [
        phaseWords[phase],
        side,
        ...perLoad.map(([, pick]) => middle(over(rounds, side, phase, pick))),
      ]),
    ),
  );

const overloadTable = ({ rounds }: Raw): string => {
  const columns: readonly [string, Pick][] = [
    ['placed', ({ endings }) => endings.placed],
    ['accepted', ({ endings }) => endings.accepted],
    ['delivered once', ({ endings }) => endings.deliveredOnce],
    ['refused', ({ endings }) => endings.refused],
    ['refusal p99 ms', ({ refuse }) => refuse.p99],
    ['unanswered', ({ endings }) => endings.unanswered],
    ['worked off after, s', ({ drainMs }) => drainMs / secondMs],
  ];
  return table(
    ['Side', ...columns.map(([name]) => name)],
    sides.map((side) => [side, ...columns.map(([, pick]) => middle(over(rounds, side, 'triple', pick)))]),
  );
};

const costTable = (raw: Raw): string => {
  const at = (side: ComparedSide, phase: PhaseName, pick: Pick): string => middle(over(raw.rounds, side, phase, pick));
  const busy = (pick: Pick) => (side: ComparedSide) => at(side, 'sixtyfour', pick);
  const histories = (side: ComparedSide) => endsOf(raw, side).flatMap((end) => end.histories);
  const kept = (part: string) => (side: ComparedSide) =>
    middle(spreadOf(endsOf(raw, side).map(({ keptPerOrder }) => inKiB(keptPerOrder[part]))));
  const rows: readonly (readonly [string, (side: ComparedSide) => string])[] = [
    ...parts.map((part) => [`CPU ms, ${part}`, busy(({ cpuPerOrder }) => cpuPerOrder[part])] as const),
    ['workflow tasks, of single orders', (side) => meanOf(histories(side).map(({ workflowTasks }) => workflowTasks))],
    ['history events, of single orders', (side) => meanOf(histories(side).map(({ events }) => events))],
    ['history KiB, of single orders', (side) => meanOf(histories(side).map(({ bytes }) => bytes / kibibyte))],
    ['calls to the engine', busy(({ engineCallsPerOrder }) => sumOf(engineCallsPerOrder))],
    ['requests to the database', busy((measured) => requestsOf(measured))],
    ['KiB that the engine wrote', busy(({ writtenPerOrder }) => inKiB(writtenPerOrder.engine))],
    ['KiB that the database wrote', busy(({ writtenPerOrder }) => inKiB(writtenPerOrder.database))],
    ['KiB that the engine keeps', kept('engine')],
    ['KiB that the database keeps', kept('database')],
    ['MiB of memory, api', busy(({ rssMiB }) => rssMiB.api)],
    ['MiB of memory, worker', busy(({ rssMiB }) => rssMiB.worker)],
  ];
  return table(
    ['One order, 64 in flight', ...sides],
    rows.map(([name, of]) => [name, ...sides.map(of)]),
  );
};

const inKiB = (bytes: number | undefined): number | undefined => (bytes === undefined ? undefined : bytes / kibibyte);
const requestsOf = ({ databaseOperationsPerOrder: of }: Measured): number | undefined => of?.requests;

/** One set-up: its loads, three times the saturation, and what an order costs. */
export const compareSection = ({ setUp, found: raw }: Result<Raw>): string[] => {
  const { settings, rounds } = raw;
  const limit = raw.limits.find(({ isSigned }) => isSigned);
  return [
    `## Beside a bare order: ${setUpWords(setUp)}`,
    paragraph(
      `Measured on ${raw.startedAt.slice(0, 10)}${raw.note === undefined ? '' : `, ${raw.note}`}: ${rounds.length} rounds with fresh processes and data, windows of ${settings.windowMs / secondMs} s, in turns. The engine: ${raw.engine}. Cells are medians; milliseconds count from when an order was due. An open load comes at random and waits for nobody.`,
    ),
    ...(areAllWhole(raw) ? [] : [`**${notWhole}**`]),
    loadsTable(raw),
    'At three times the own saturation, until every accepted order has ended:',
    overloadTable(raw),
    costTable(raw),
    ...(limit
      ? [
          paragraph(
            `The simulated issuers and terminal are not the limit: against a server that only answers they do ${figure(limit.ordersPerSecond)} signed orders a second.`,
          ),
        ]
      : []),
  ];
};
