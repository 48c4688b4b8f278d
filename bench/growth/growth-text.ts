import type { Endings, Latencies } from '../compare/measured';
import { figure, alignedTable as table } from '../compare/tables';
import { type Burst, isEndedOnce } from './burst';
import { crowdShare, type Fairness, type Seen } from './fairness';
import { type Findings, type Ran, ratioOf } from './findings';
import type { Memory } from './memory';
import { type PieceName, pieceNames } from './options';
import type { Played } from './played';
import type { Processes } from './processes';
import type { Stored, StoredSize } from './stored';

const secondMs = 1_000;
const fairRatioMax = 2;
/** Of fewer orders in either load nothing is judged. */
const judgedFrom = 20;
const memoryGrowthMax = 0.1;

const told = (value: number | undefined): string => (value === undefined ? '-' : figure(value));
const times = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(2)}x`);
const pair = ({ p50, p95 }: Latencies): string => `${told(p50)} / ${told(p95)}`;
const seconds = (ms: number): string => `${(ms / secondMs).toFixed(1)} s`;
const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${n} x ${name}`)
    .join(', ') || 'none';
const verdict = (isReached: boolean): string => (isReached ? 'reached' : '**not reached**');

const orderCounts = (endings: readonly Endings[]): string => {
  const sum = (what: 'placed' | 'accepted' | 'deliveredOnce' | 'refused' | 'unanswered'): number =>
    endings.reduce((all, one) => all + one[what], 0);
  return `Orders in these loads: ${sum('placed')} placed, ${sum('accepted')} accepted, ${sum('deliveredOnce')} delivered exactly once, ${sum('refused')} refused, ${sum('unanswered')} unanswered.`;
};

/** How far the figures are those of a machine that did nothing else. */
const besides = (loads: readonly Pick<Played, 'othersShare' | 'machineStolen'>[]): string => {
  const most = (what: 'othersShare' | 'machineStolen'): string =>
    `${(Math.max(...loads.map((load) => load[what])) * 100).toFixed(0)}%`;
  return `While they ran, other programs took up to ${most('othersShare')} of the machine's time, and up to ${most('machineStolen')} was taken from the machine itself.`;
};

interface Row {
  readonly what: string;
  readonly cell: (size: StoredSize) => string;
  readonly ratios: readonly [number | undefined, number | undefined];
}

const storedRows = (sizes: readonly StoredSize[]): Row[] => {
  const [first, last] = [sizes[0], sizes.at(-1)] as [StoredSize, StoredSize];
  const ofLoad = (what: string, of: (size: StoredSize) => Played): Row[] => {
    const one = (name: string, value: (played: Played) => number | undefined): Row => ({
      what: `${what}, ${name}`,
      cell: (size) => told(value(of(size))),
      ratios: [ratioOf(value(of(first)), value(of(last))), undefined],
    });
    return [
      one('time per order (1 s by orders/s)', ({ perSecond }) => (perSecond > 0 ? secondMs / perSecond : undefined)),
      one('accept p50', ({ accept }) => accept.p50),
      one('to code p50', ({ toCode }) => toCode.p50),
    ];
  };
  const askedIn = (size: StoredSize, what: string) => size.asked.find((asked) => asked.what === what);
  return [
    ...ofLoad('1 in flight', ({ single }) => single),
    ...ofLoad('8 in flight', ({ eight }) => eight),
    ...first.asked.map(({ what }): Row => {
      const [before, after] = [askedIn(first, what)?.took, askedIn(last, what)?.took];
      return {
        what,
        cell: (size) => {
          const asked = askedIn(size, what);
          if (!asked) return '-';
          return Object.keys(asked.failed).length > 0
            ? `${pair(asked.took)}, **${countsOf(asked.failed)}**`
            : pair(asked.took);
        },
        ratios: [ratioOf(before?.p50, after?.p50), ratioOf(before?.p95, after?.p95)],
      };
    }),
  ];
};

const storedText = ({ documentsPerOrder: per, sizes }: Stored): string[] => [
  'One platform, more and more finished orders in its database: copies of one real order with other numbers, times, claims and hashes, spread over twenty days and eight issuers, put in past the platform. ' +
    `Each is ${per.orders} order, ${per.submissions} submission and ${per.requests} requests. The engine has no histories of them; copies cannot be opened, as their keys are bound to the sample's name: only reading them in lists is measured.`,
  'Wanted: times that do not grow with what is stored, a ratio near 1. Lists are asked one after the other of a platform at rest, fifty rows a page; a cell is p50 / p95 in ms, loads are in ms. The ratios are the p50 and the p95 at the largest size by those at the smallest. One order by its number is the control: it is read by its key, so where its ratio is far from 1 the machine itself was slower at one of the sizes.',
  table(
    ['', ...sizes.map(({ stored }) => `${stored} stored`), 'ratio', 'ratio of p95'],
    storedRows(sizes).map(({ what, cell, ratios: [p50, p95] }) => [what, ...sizes.map(cell), times(p50), times(p95)]),
  ),
  `${orderCounts(sizes.flatMap(({ single, eight }) => [single.endings, eight.endings]))} ${besides(sizes.flatMap(({ single, eight }) => [single, eight]))} Putting rows in took ${sizes.map(({ stored, loadedInMs }) => `${seconds(loadedInMs)} up to ${stored}`).join(', ')}.`,
];

const partNames = ['api', 'worker', 'engine', 'database'] as const;

const processesText = ({ counts, inFlight }: Processes): string[] => [
  `So many workers and as many apis on one engine and one database, each count on fresh ones, ${inFlight} orders in flight. No number was wanted: everything is on one machine, so where its cores are busy more processes cannot do more, and the cost of an order is what to look at.`,
  table(
    [
      'workers and apis, each',
      'orders/s',
      'to code p50 ms',
      'CPU ms per order',
      ...partNames,
      'machine busy',
      'orders in the window',
    ],
    counts.map(({ copies, perSecond, toCode, cpuPerOrder, machineBusy, ordersInWindow }) => [
      String(copies),
      told(perSecond),
      told(toCode.p50),
      told(Object.values(cpuPerOrder).reduce((sum, ms) => sum + ms, 0)),
      ...partNames.map((part) => told(cpuPerOrder[part])),
      `${(machineBusy * 100).toFixed(0)}%`,
      String(ordersInWindow),
    ]),
  ),
  `${orderCounts(counts.map(({ endings }) => endings))} ${besides(counts)}`,
];

const seenRow = (who: string, seen: Seen): string[] => [
  who,
  String(seen.placed),
  String(seen.accepted),
  countsOf(seen.refused),
  told(seen.accept.p50),
  told(seen.accept.p99),
  told(seen.toCode.p50),
  told(seen.toCode.p99),
];

const fairnessText = ({ saturation, largeRate, otherRate, others, quiet, crowded }: Fairness): string[] => {
  const ratios = (what: 'accept' | 'toCode') =>
    (['p50', 'p99'] as const).map((share) => ratioOf(quiet.othersSaw[what][share], crowded.othersSaw[what][share]));
  const judged = Math.min(quiet.othersSaw.accepted, crowded.othersSaw.accepted);
  const rows = (['accept', 'toCode'] as const).map((what) => {
    const [p50, p99] = ratios(what);
    return [
      what === 'accept' ? 'accept' : 'to code',
      times(p50),
      times(p99),
      p99 === undefined || judged < judgedFrom
        ? `fewer than ${judgedFrom} orders: not judged`
        : verdict(p99 <= fairRatioMax),
    ];
  });
  return [
    `One issuer sends ${crowdShare} times what each of ${others} others sends, at random and waiting for nobody: ${told(largeRate)} orders a second beside ${told(otherRate)} of each other one. The platform's best here was ${told(saturation.perSecond)} a second, with 16 in flight. "Quiet" is the others alone, at the same rate. Times are ms from when an order was due.`,
    table(
      ['', 'placed', 'accepted', 'refused', 'accept p50', 'accept p99', 'to code p50', 'to code p99'],
      [
        seenRow('the others, quiet', quiet.othersSaw),
        seenRow('the others, beside the large one', crowded.othersSaw),
        seenRow('the large one', crowded.largeSaw),
      ],
    ),
    `Wanted: the others' p99 beside the large one at most ${fairRatioMax}x their quiet p99. Of fewer than a hundred orders a p99 is the slowest one.`,
    table(['the others', 'p50 by quiet p50', 'p99 by quiet p99', ''], rows),
    `${orderCounts([saturation.endings, quiet.endings, crowded.endings])} ${besides([saturation, quiet, crowded])}`,
  ];
};

const burstText = (burst: Burst): string[] => {
  const { endings, refuse, accept, toCode } = burst;
  return [
    `${burst.wanted} orders within ten seconds, at random and waiting for nobody; the driver had sent the last one after ${seconds(burst.offeredInMs)}. Wanted: each is answered, and each that was accepted ends exactly once: delivered, or expired where it waited for longer than its window of ten minutes.`,
    table(
      ['', ''],
      [
        ['placed', String(endings.placed)],
        ['accepted', String(endings.accepted)],
        ['refused', countsOf(burst.refused)],
        ['unanswered', String(endings.unanswered)],
        ['accept p50 / p95 / p99, ms', `${pair(accept)} / ${told(accept.p99)}`],
        ['refusal p50 / p95 / p99, ms', `${pair(refuse)} / ${told(refuse.p99)}`],
        ['to code p50 / p95 / p99, ms', `${pair(toCode)} / ${told(toCode.p99)}`],
        ['delivered exactly once', String(endings.deliveredOnce)],
        ['not delivered, twice, wrong', `${endings.notDelivered}, ${endings.deliveredAgain}, ${endings.wrongCodes}`],
        ['last delivery after the last was sent', seconds(burst.lastDeliveryMs)],
        [
          'worked off: no order open after the last was sent',
          burst.workedOffMs === undefined ? '**some are still open**' : seconds(burst.workedOffMs),
        ],
        [`workflows, ${burst.warmed} of them of the warm-up`, countsOf(burst.executions)],
        [`rows, ${burst.warmed} of them of the warm-up`, countsOf(burst.rowsByState)],
        ['each was answered', verdict(endings.unanswered === 0)],
        ['each accepted one ended exactly once', verdict(isEndedOnce(burst))],
      ],
    ),
  ];
};

const memoryText = ({ orders, inFlight, tookMs, endings, grown }: Memory): string[] => [
  `Resident memory while ${orders} orders run, ${inFlight} in flight, read every second for ${seconds(tookMs)}. The first tenth of the orders warms up; compared are the medians of the second tenth and of the last. Wanted: at most ${memoryGrowthMax * 100}% more.`,
  table(
    ['', 'second tenth MiB', 'last tenth MiB', 'more', ''],
    Object.entries(grown).map(([part, found]) =>
      found
        ? [
            part,
            told(found.firstMiB),
            told(found.lastMiB),
            `${(found.share * 100).toFixed(1)}%`,
            verdict(found.share <= memoryGrowthMax),
          ]
        : [part, '-', '-', '-', 'not known'],
    ),
  ),
  orderCounts([endings]),
];

const titles: Readonly<Record<PieceName, string>> = {
  stored: 'Stored orders',
  processes: 'More processes',
  fairness: 'One large issuer',
  burst: 'A burst',
  memory: 'Memory',
};

const section = <F>(piece: PieceName, ran: Ran<F> | undefined, tell: (found: F) => string[]): string[] => {
  if (!ran) return [];
  const { startedAt, tookMs, machine, databaseKind, settings, note } = ran;
  const told = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return [
    `## ${titles[piece]}`,
    ran.isWhole
      ? ''
      : '**Not every accepted order ended exactly once, or an order had no answer: none of the figures of this section counts.**',
    ...tell(ran.found),
    [
      `Run on ${startedAt.slice(0, 10)} in ${Math.ceil(tookMs / 60_000)} min by \`npm run bench:growth -- --only=${piece}\`: ${told.join('; ')}.`,
      `Machine: ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.temporal}, database ${databaseKind}, load ${figure(machine.loadBefore)} before.`,
      ...(note === undefined ? [] : [`Besides: ${note}.`]),
    ].join(' '),
  ].filter((text) => text !== '');
};

/** Whole Markdown, of the pieces that were run; nobody edits it. */
export const growthText = ({ stored, processes, fairness, burst, memory }: Findings): string => {
  const sections = [
    ...section('stored', stored, storedText),
    ...section('processes', processes, processesText),
    ...section('fairness', fairness, fairnessText),
    ...section('burst', burst, burstText),
    ...section('memory', memory, memoryText),
  ];
  const missing = pieceNames.filter((piece) => !{ stored, processes, fairness, burst, memory }[piece]);
  return `${[
    '# Growth',
    'Written by `npm run bench:growth`, piece by piece; changed by running a piece again only. All figures are in [growth.json](growth.json). Api, worker, engine, database and the load itself share one machine, so times are those of that machine: it is the ratios that say something elsewhere.',
    ...sections,
    ...(missing.length === 0 ? [] : [`Not run yet: ${missing.map((piece) => `\`${piece}\``).join(', ')}.`]),
  ].join('\n\n')}\n`;
};
