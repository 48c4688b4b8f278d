import type { Endings, Latencies } from '../compare/measured';
import { type Burst, isEndedOnce } from '../growth/burst';
import type { Fairness, Seen } from '../growth/fairness';
import { type Findings, type Ran, ratioOf } from '../growth/findings';
import type { Memory } from '../growth/memory';
import { type PieceName, pieceNames } from '../growth/options';
import type { Played } from '../growth/played';
import type { Processes } from '../growth/processes';
import type { Stored, StoredSize } from '../growth/stored';
import { columns, figure, paragraph, verdict } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;
const fairRatioMax = 2;
/** Of fewer orders in either load nothing is judged. */
const judgedFrom = 20;
const memoryGrowthMax = 0.1;

const times = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(2)}x`);
const triple = ({ p50, p95, p99 }: Latencies): string => `${figure(p50)}/${figure(p95)}/${figure(p99)}`;
const seconds = (ms: number): string => `${(ms / secondMs).toFixed(1)} s`;
const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${n} x ${name}`)
    .join(', ') || 'none';

const orderCounts = (endings: readonly Endings[]): string => {
  const sum = (what: 'placed' | 'accepted' | 'deliveredOnce'): number =>
    endings.reduce((all, one) => all + one[what], 0);
  return `Placed, accepted, delivered once: ${sum('placed')}, ${sum('accepted')}, ${sum('deliveredOnce')}.`;
};

const storedText = ({ sizes }: Stored): string[] => {
  const [first, last] = [sizes[0], sizes.at(-1)] as [StoredSize, StoredSize];
  const ofLoad = (what: string, of: (size: StoredSize) => Played) => {
    const value = (size: StoredSize) => of(size).toCode.p50;
    return [what, figure(value(first)), figure(value(last)), times(ratioOf(value(first), value(last)))];
  };
  return [
    paragraph(
      'p50 in ms with so many finished orders stored. Wanted: ratios near 1. The embedded database sorts all that a filter leaves; MongoDB walks the index.',
    ),
    columns(
      ['', `${first.stored} stored`, `${last.stored} stored`, 'ratio'],
      [
        ofLoad('payment to code, 1 in flight', ({ single }) => single),
        ofLoad('payment to code, 8 in flight', ({ eight }) => eight),
        ...first.asked.map(({ what, took }) => {
          const after = last.asked.find((asked) => asked.what === what);
          const failed = after && Object.keys(after.failed).length > 0 ? `, **${countsOf(after.failed)}**` : '';
          return [
            what,
            figure(took.p50),
            `${figure(after?.took.p50)}${failed}`,
            times(ratioOf(took.p50, after?.took.p50)),
          ];
        }),
      ],
    ),
    orderCounts(sizes.flatMap(({ single, eight }) => [single.endings, eight.endings])),
  ];
};

const processesText = ({ counts, inFlight }: Processes): string[] => [
  paragraph(`On one machine, ${inFlight} orders in flight.`),
  columns(
    ['Workers and apis, each', 'orders/s', 'to code p50 ms', 'CPU ms of an order', 'machine busy'],
    counts.map(({ copies, perSecond, toCode, cpuPerOrder, machineBusy }) => [
      String(copies),
      figure(perSecond),
      figure(toCode.p50),
      figure(Object.values(cpuPerOrder).reduce((sum, ms) => sum + ms, 0)),
      `${(machineBusy * 100).toFixed(0)}%`,
    ]),
  ),
  orderCounts(counts.map(({ endings }) => endings)),
];

const seenRow = (who: string, seen: Seen): string[] => [
  who,
  String(seen.placed),
  String(seen.accepted),
  figure(seen.accept.p50),
  figure(seen.accept.p99),
  figure(seen.toCode.p50),
  figure(seen.toCode.p99),
];

const fairnessText = ({ saturation, largeRate, otherRate, others, quiet, crowded }: Fairness): string[] => {
  const ratio = ratioOf(quiet.othersSaw.toCode.p99, crowded.othersSaw.toCode.p99);
  const judged = Math.min(quiet.othersSaw.accepted, crowded.othersSaw.accepted);
  const word =
    ratio === undefined || judged < judgedFrom
      ? `fewer than ${judgedFrom} orders: not judged`
      : verdict(ratio <= fairRatioMax);
  return [
    paragraph(
      `One issuer sends ${figure(largeRate)} orders a second, each of ${others} others ${figure(otherRate)}; the platform's best is ${figure(saturation.perSecond)}. Wanted: the others' p99 to code at most ${fairRatioMax} times that when alone. Found: ${times(ratio)}, ${word}. In ms:`,
    ),
    columns(
      ['', 'placed', 'accepted', 'accept p50', 'accept p99', 'to code p50', 'to code p99'],
      [
        seenRow('the others alone', quiet.othersSaw),
        seenRow('the others, beside the large one', crowded.othersSaw),
        seenRow('the large one', crowded.largeSaw),
      ],
    ),
  ];
};

const burstText = (burst: Burst): string[] => {
  const { endings, refuse, accept, toCode } = burst;
  return [
    paragraph(`${burst.wanted} orders within ten seconds, waiting for nobody.`),
    columns(
      ['', 'found'],
      [
        ['accepted, refused, unanswered', `${endings.accepted}, ${endings.refused}, ${endings.unanswered}`],
        ['refusals', countsOf(burst.refused)],
        ['accept p50/p95/p99, ms', triple(accept)],
        ['refusal p50/p95/p99, ms', triple(refuse)],
        ['to code p50/p95/p99, ms', triple(toCode)],
        [
          'no order open after the last was sent',
          burst.workedOffMs === undefined ? '**some are still open**' : seconds(burst.workedOffMs),
        ],
        [`rows, ${burst.warmed} of them of the warm-up`, countsOf(burst.rowsByState)],
        ['each was answered', verdict(endings.unanswered === 0)],
        ['each accepted one ended exactly once', verdict(isEndedOnce(burst))],
      ],
    ),
  ];
};

const memoryText = ({ orders, inFlight, endings, grown }: Memory): string[] => [
  paragraph(
    `Resident memory while ${orders} orders run, ${inFlight} in flight. Wanted: at most ${memoryGrowthMax * 100}% more.`,
  ),
  columns(
    ['', 'second tenth MiB', 'last tenth MiB', 'more'],
    Object.entries(grown).map(([part, found]) =>
      found
        ? [
            part,
            figure(found.firstMiB),
            figure(found.lastMiB),
            `${(found.share * 100).toFixed(1)}%, ${verdict(found.share <= memoryGrowthMax)}`,
          ]
        : [part, '-', '-', 'not known'],
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

const piece = <F>(name: PieceName, ran: Ran<F> | undefined, sayOf: (found: F) => string[]): string[] => {
  if (!ran) return [];
  const note = ran.note === undefined ? '' : `, while ${ran.note}`;
  return [
    `### ${titles[name]}`,
    ...(ran.isWhole
      ? []
      : ['**Not every accepted order ended exactly once: none of the figures of this section counts.**']),
    ...sayOf(ran.found),
    paragraph(`Run on ${ran.startedAt.slice(0, 10)}${note}.`),
  ];
};

/** What becomes of the platform as something grows; pieces that were never run are named. */
export const growthSection = ({ setUp, found }: Result<Findings>): string[] => {
  const { stored, processes, fairness, burst, memory } = found;
  const missing = pieceNames.filter((name) => found[name] === undefined);
  return [
    `## As something grows: ${setUpWords(setUp)}`,
    ...piece('stored', stored, storedText),
    ...piece('processes', processes, processesText),
    ...piece('fairness', fairness, fairnessText),
    ...piece('burst', burst, burstText),
    ...piece('memory', memory, memoryText),
    ...(missing.length === 0 ? [] : [`Not run yet: ${missing.map((name) => `\`${name}\``).join(', ')}.`]),
  ];
};
