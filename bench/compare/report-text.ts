import { type ComparedSide, over, type Pick } from './compare';
import { areAllWhole, type Raw } from './findings';
import { goalsOf } from './goals';
import type { RoundEnd } from './measured';
import { type PhaseName, phaseNames, phaseWords } from './phases';
import { spreadOf } from './statistics';
import { figure, table, told } from './tables';

const secondMs = 1_000;
const kibibyte = 1_024;

const sides = ['platform', 'bare'] as const;
const parts = ['api', 'worker', 'engine', 'database'] as const;

/** Whole Markdown of a run; written anew by each long one, so nobody edits it. */
export const reportText = (raw: Raw, charts: readonly string[]): string => {
  const { rounds, settings, machine } = raw;
  const cell = (side: ComparedSide, phase: PhaseName, pick: Pick): string => told(over(rounds, side, phase, pick));
  const rowsFor = (columns: readonly Pick[], phases: readonly PhaseName[] = phaseNames): string[][] =>
    phases.flatMap((phase) =>
      sides.map((side) => [phaseWords[phase], side, ...columns.map((pick) => cell(side, phase, pick))]),
    );
  const seconds = Math.round(settings.windowMs / secondMs);
  /** A report on another engine than the dev server's is in a folder of its own. */
  const docs = settings.engine === 'dev' ? '' : '../';
  const chart = (name: string, words: string): string =>
    charts.includes(name) ? `![${words}](images/performance-${name}.svg)` : '';
  return `${[
    '# Performance',
    `Written by \`npm run bench\` on ${raw.startedAt.slice(0, 10)}; changed by running it again only. All figures with their rounds are in [performance.json](performance.json).`,
    [
      'Two things are measured beside each other: the **platform**, as it is really run (built api and worker, signatures, sealing, database, delivery), and a **bare** Temporal order: the least workflow with',
      'two Updates and three activities behind the same wire, one for each call out, with no signatures, no sealing and no database. Both are an api and a worker process with an engine of their own, and both keep one rule: no',
      'answer to an issuer waits for a call out. The bare order has no idempotency, no windows, no refusals, no outbox and no pages: it is the floor, not a rival.',
    ].join('\n'),
    `The engine under both: ${raw.engine}.`,
    `Rounds: ${settings.rounds}, each with fresh processes and data; in a round the two take turns at each load, for ${seconds} s. A cell is the median of the rounds, with the lowest and the highest where they differ.`,
    '## Goals',
    'A ratio is taken within a round, and the median of the rounds decides.',
    table(
      ['Goal', 'Wanted', 'Found', ''],
      goalsOf(rounds).map(({ name, wanted, found, unit, isReached }) => [
        name,
        wanted,
        `${told(found)}${unit === '' || !found ? '' : ` ${unit}`}`,
        isReached ? 'reached' : '**not reached**',
      ]),
    ),
    areAllWhole(raw)
      ? 'Every accepted order of every load ended exactly once on both sides: one delivery with the right code, a completed workflow, and a delivered row.'
      : '**Not every accepted order ended exactly once: none of these figures counts.**',
    chart('orders-per-second', 'Orders a second'),
    '## Orders and latencies',
    'Latencies are in ms, from the moment when the payment request should have been sent, for all orders due in the window. Under an open load orders come at random and wait for nobody.',
    table(
      [
        'Load',
        'Side',
        'offered /s',
        'delivered /s',
        'accept p50',
        'accept p99',
        'to code p50',
        'to code p95',
        'to code p99',
      ],
      rowsFor([
        ({ offeredPerSecond }) => offeredPerSecond,
        ({ deliveredPerSecond }) => deliveredPerSecond,
        ({ accept }) => accept.p50,
        ({ accept }) => accept.p99,
        ({ paymentToCode }) => paymentToCode.p50,
        ({ paymentToCode }) => paymentToCode.p95,
        ({ paymentToCode }) => paymentToCode.p99,
      ]),
    ),
    chart('accept', 'Latency of the acceptance'),
    chart('payment-to-code', 'Latency from payment to code'),
    '## Three times the saturation',
    'Orders come at three times what the same side delivered at its best in the same round. After the window the load ends, and every accepted order is waited for.',
    table(
      [
        'Side',
        'placed',
        'accepted',
        'refused',
        'unanswered',
        'delivered once',
        'not delivered',
        'drained in s',
        'refusal p99 ms',
      ],
      sides.map((side) => [
        side,
        ...(
          [
            ({ endings }) => endings.placed,
            ({ endings }) => endings.accepted,
            ({ endings }) => endings.refused,
            ({ endings }) => endings.unanswered,
            ({ endings }) => endings.deliveredOnce,
            ({ endings }) => endings.notDelivered,
            ({ drainMs }) => drainMs / secondMs,
            ({ refuse }) => refuse.p99,
          ] satisfies Pick[]
        ).map((pick) => cell(side, 'triple', pick)),
      ]),
    ),
    chart('crowd-platform', 'The platform under overload'),
    chart('crowd-bare', 'The bare order under overload'),
    '## What an order costs',
    'CPU ms per delivered order, by process.',
    table(
      ['Load', 'Side', ...parts, 'api + worker', 'machine busy'],
      rowsFor([
        ...parts.map(
          (part): Pick =>
            ({ cpuPerOrder }) =>
              cpuPerOrder[part],
        ),
        ({ cpuPerOrder }) => (cpuPerOrder.api ?? 0) + (cpuPerOrder.worker ?? 0),
        ({ machineBusy }) => machineBusy,
      ]),
    ),
    chart('cpu', 'CPU per order'),
    `Which threads and which parts of the program that is: [where the time goes](${docs}where-time-goes.md). What each setting changes, and what was tried: [tuning.md](${docs}tuning.md).`,
    'Workflow tasks and history events, of single orders and of orders among 63 others (mean, with the lowest and highest order):',
    table(
      ['Side', 'Orders', 'workflow tasks', 'events', 'history KiB'],
      sides.flatMap((side) =>
        (['histories', 'crowdedHistories'] as const).map((which) => historyRow(raw, side, which)),
      ),
    ),
    'Calls to the engine per order, counted by the engine over whole loads:',
    callsTable(raw),
    'Database operations per order, counted by the database (a command is a find-and-modify or the like):',
    databaseTable(raw),
    'Bytes per order: what engine and database gave to the disk while the load ran, and what their files are longer for it once stopped. A database that makes its log in advance hides what fits in there.',
    table(
      ['Side', 'engine wrote KiB', 'database wrote KiB', 'engine keeps KiB', 'database keeps KiB'],
      sides.map((side) => [
        side,
        ...['engine', 'database'].map((part) =>
          cell(side, 'sixtyfour', ({ writtenPerOrder }) => inKiB(writtenPerOrder[part])),
        ),
        ...['engine', 'database'].map((part) =>
          told(spreadOf(endsOf(raw, side).map(({ keptPerOrder }) => inKiB(keptPerOrder[part])))),
        ),
      ]),
    ),
    'Memory in MiB at the end of the window, 64 in flight:',
    table(
      ['Side', ...parts],
      sides.map((side) => [side, ...parts.map((part) => cell(side, 'sixtyfour', ({ rssMiB }) => rssMiB[part]))]),
    ),
    '## The simulators are not the limit',
    'Driver with terminal and issuers are two processes apart. Against a server that only answers, 64 in flight, they do:',
    table(
      ['', 'orders /s', 'driver CPU ms', 'issuers CPU ms', 'to code p50 ms'],
      raw.limits.map(({ isSigned, ordersPerSecond, cpuPerOrder, paymentToCode }) => [
        isSigned ? 'signed' : 'not signed',
        figure(ordersPerSecond),
        figure(cpuPerOrder.driver ?? 0),
        figure(cpuPerOrder.issuers ?? 0),
        figure(paymentToCode.p50 ?? 0),
      ]),
    ),
    'Beside the measured sides they took this share of one core; the side that rests took what stands last.',
    table(
      ['Load', 'Side', 'driver', 'issuers', 'resting side'],
      rowsFor([
        ({ cpuShare }) => cpuShare.driver,
        ({ cpuShare }) => cpuShare.issuers,
        ({ restingCpuShare }) => restingCpuShare,
      ]),
    ),
    'What issuers heard besides 200 and 201, in all rounds; each such call was made again under its id until it was judged:',
    refusalsTable(raw),
    '## Machine and settings',
    table(
      ['', ''],
      [
        ['machine', `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Linux ${machine.kernel}`],
        ['node', machine.node],
        ['engine', raw.engine],
        ['database', databaseWords(raw)],
        ['load of the machine before', figure(machine.loadBefore)],
        ['date', `${raw.startedAt}, took ${Math.round(raw.tookMs / secondMs)} s`],
        ['seed', `${settings.seed} (the arrivals of the open loads)`],
        ['rounds', `${settings.rounds}, windows of ${seconds} s`],
        ['before a window', `${settings.leadInMs / secondMs} s of the same load, and each closed lane once through`],
        ['warm-up of a round', `${settings.warmUpMs / secondMs} s with 16 in flight`],
        ['issuers', `${settings.issuers} on each side, in turns`],
        ['order', 'one code, push mode, webhook terminal; the issuer verifies inside the handling of order.paid'],
      ],
    ),
  ]
    .filter((piece) => piece !== '')
    .join('\n\n')}\n`;
};

const inKiB = (bytes: number | undefined): number | undefined => (bytes === undefined ? undefined : bytes / kibibyte);

const endsOf = ({ rounds }: Raw, side: ComparedSide): RoundEnd[] =>
  rounds.flatMap(({ ends }) => ends.filter((end) => end.side === side));

const historyRow = (raw: Raw, side: ComparedSide, which: 'histories' | 'crowdedHistories'): string[] => {
  const sizes = endsOf(raw, side).flatMap((end) => end[which]);
  const mean = (values: readonly number[]): string =>
    values.length === 0
      ? '-'
      : `${figure(values.reduce((sum, value) => sum + value, 0) / values.length)} (${figure(Math.min(...values))} to ${figure(Math.max(...values))})`;
  return [
    side,
    which === 'histories' ? 'single' : 'among 63 others',
    mean(sizes.map(({ workflowTasks }) => workflowTasks)),
    mean(sizes.map(({ events }) => events)),
    mean(sizes.map(({ bytes }) => bytes / kibibyte)),
  ];
};

const rarelyBelow = 0.05;

const callsTable = ({ rounds }: Raw): string => {
  const spread = (side: ComparedSide, phase: PhaseName, operation: string) =>
    over(rounds, side, phase, ({ engineCallsPerOrder }) => engineCallsPerOrder[operation] ?? 0);
  const loads = ['one', 'sixtyfour'] as const;
  const operations = [
    ...new Set(rounds.flatMap(({ measured }) => measured.flatMap((one) => Object.keys(one.engineCallsPerOrder)))),
  ]
    .sort()
    .filter((operation) =>
      sides.some((side) => loads.some((phase) => (spread(side, phase, operation)?.median ?? 0) >= rarelyBelow)),
    );
  const all: Pick = ({ engineCallsPerOrder }) =>
    Object.values(engineCallsPerOrder).reduce((sum, value) => sum + value, 0);
  const columns = sides.flatMap((side) => loads.map((phase) => ({ side, phase })));
  return table(
    ['Call', ...columns.map(({ side, phase }) => `${side}, ${phaseWords[phase]}`)],
    [
      ...operations.map((operation) => [
        operation,
        ...columns.map(({ side, phase }) => told(spread(side, phase, operation))),
      ]),
      ['all', ...columns.map(({ side, phase }) => told(over(rounds, side, phase, all)))],
    ],
  );
};

const databaseTable = ({ rounds }: Raw): string => {
  const kinds = [
    ...new Set(
      rounds.flatMap(({ measured }) => measured.flatMap((one) => Object.keys(one.databaseOperationsPerOrder ?? {}))),
    ),
  ];
  const loads = ['one', 'sixtyfour', 'triple'] as const;
  return table(
    ['Load', ...kinds],
    loads.map((phase) => [
      phaseWords[phase],
      ...kinds.map((kind) =>
        told(over(rounds, 'platform', phase, ({ databaseOperationsPerOrder }) => databaseOperationsPerOrder?.[kind])),
      ),
    ]),
  );
};

const refusalsTable = ({ rounds }: Raw): string => {
  const rows = phaseNames.flatMap((phase) =>
    sides.map((side) => {
      const measured = rounds.flatMap((round) =>
        round.measured.filter((one) => one.side === side && one.phase === phase),
      );
      const sums: Record<string, number> = {};
      for (const { issuers } of measured) {
        for (const [what, times] of Object.entries(issuers.refusals)) sums[what] = (sums[what] ?? 0) + times;
      }
      const repeated = measured.reduce((sum, { issuers }) => sum + issuers.repeatedNotices, 0);
      const words = Object.entries(sums).map(([what, times]) => `${what}: ${times}`);
      return [phaseWords[phase], side, words.join(', ') || 'nothing', String(repeated)];
    }),
  );
  return table(['Load', 'Side', 'answers', 'notices that came again'], rows);
};

const databaseWords = ({ rounds }: Raw): string => {
  const kind = rounds[0]?.databaseKind ?? 'none';
  const words: Readonly<Record<string, string>> = {
    mongod: 'mongod',
    'secantusd-rs': 'secantusd-rs, the Rust build of a stand-in for MongoDB, every commit synced to disk',
    secantusdb: 'SecantusDB in Python, a stand-in for MongoDB, every commit synced to disk: slower than the real one',
  };
  return words[kind] ?? kind;
};
