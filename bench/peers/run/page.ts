import { type Spread, spreadOf } from '../../compare/statistics';
import { alignedTable as table } from '../../compare/tables';
import { type ContenderName, contenderNames, titles } from './contender';
import type { Findings } from './findings';
import type { Loss } from './loss';
import { crowds, type Speed } from './speed';

const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const told = (spread: Spread | undefined): string => {
  if (spread === undefined) return '-';
  const { median, min, max } = spread;
  return min === max ? short(median) : `${short(median)} (${short(min)} to ${short(max)})`;
};

const measuredOf = ({ speeds }: Findings, name: ContenderName, inFlight: number): Speed[] =>
  speeds.filter((speed) => speed.contender === name && speed.inFlight === inFlight);

const presentIn = (findings: Findings): ContenderName[] => {
  const seen = new Set([...findings.speeds, ...findings.losses].map(({ contender }) => contender));
  return contenderNames.filter((name) => seen.has(name));
};

const speedTable = (findings: Findings): string => {
  const row = (name: ContenderName): string[] => {
    const cell = (inFlight: number, pick: (speed: Speed) => number | undefined): string =>
      told(spreadOf(measuredOf(findings, name, inFlight).map(pick)));
    const all = findings.speeds.filter(({ contender }) => contender === name);
    return [
      titles[name],
      ...crowds.map((inFlight) => cell(inFlight, ({ deliveredPerSecond }) => deliveredPerSecond)),
      cell(1, ({ accept }) => accept.p50),
      `${cell(1, ({ paymentToCode }) => paymentToCode.p50)} / ${cell(1, ({ paymentToCode }) => paymentToCode.p99)}`,
      cell(16, ({ paymentToCode }) => paymentToCode.p50),
      `${cell(16, ({ cpuPerOrder }) => cpuPerOrder.app)} + ${cell(16, ({ cpuPerOrder }) => cpuPerOrder.store)}`,
      String(all.reduce((sum, { endings }) => sum + endings.accepted, 0)),
      all.every(({ isWhole }) => isWhole) ? 'yes' : '**no**',
    ];
  };
  const head = [
    '',
    ...crowds.map((inFlight) => `orders/s, ${inFlight} in flight`),
    'accept p50, 1 in flight',
    'payment to code p50 / p99, 1 in flight',
    'payment to code p50, 16 in flight',
    'CPU ms per order, app + stores, 16 in flight',
    'orders',
    'each delivered once',
  ];
  return table(head, presentIn(findings).map(row));
};

const sumOf = (losses: readonly Loss[], pick: (loss: Loss) => number): string =>
  String(losses.reduce((sum, loss) => sum + pick(loss), 0));

const lossTable = (findings: Findings): string => {
  const names = presentIn(findings).filter((name) => findings.losses.some(({ contender }) => contender === name));
  const row = (name: ContenderName): string[] => {
    const own = findings.losses.filter(({ contender }) => contender === name);
    const seconds = (values: readonly number[]): string =>
      values.length === 0 ? '-' : told(spreadOf(values.map((ms) => ms / 1_000)));
    return [
      titles[name],
      `${sumOf(own, ({ kills }) => kills.app)} + ${sumOf(own, ({ kills }) => kills.store)}`,
      sumOf(own, ({ accepted }) => accepted),
      sumOf(own, ({ neverDelivered }) => neverDelivered),
      sumOf(own, ({ acceptedButUnknown }) => acceptedButUnknown),
      sumOf(own, ({ twiceWithAnotherId }) => twiceWithAnotherId),
      sumOf(own, ({ twiceWithAnotherCode, wrongCode, strays }) => twiceWithAnotherCode + wrongCode + strays),
      own.map(({ repeated: { deliveries, notices } }) => `${deliveries} / ${notices}`).join(', '),
      sumOf(own, ({ issuersRefusals }) => Object.values(issuersRefusals).reduce((sum, n) => sum + n, 0)),
      seconds(own.map(({ settledMs }) => settledMs)),
      seconds(own.map(({ longestMs }) => longestMs)),
      sumOf(own, ({ ownEnds }) => Object.values(ownEnds).reduce((sum, n) => sum + n, 0)),
    ];
  };
  const head = [
    '',
    'kills, app + stores',
    'accepted',
    'never delivered',
    'of these unknown',
    'delivered twice, other id',
    'wrong or second code',
    'repeated deliveries / notices',
    'refused calls of issuers',
    'settled after, s',
    'slowest order, s',
    'ended by itself',
  ];
  return table(head, names.map(row));
};

const missingText = ({ missing }: Findings): string => {
  const lines = Object.entries(missing).map(([name, why]) => `- **${titles[name as ContenderName]}**: ${why}`);
  return lines.length === 0 ? '' : `\nNot measured, or not to the end:\n\n${lines.join('\n')}\n`;
};

/** The whole of docs/peers.md. */
export const pageOf = (findings: Findings): string => {
  const { startedAt, tookMs, machine, options, versions, databaseKind } = findings;
  const { note, rounds, windowMs, kills } = options;
  const trial = note === undefined ? '' : `\n> **Not a measurement to quote.** ${note}\n`;
  return `# Codeferry beside its peers

What else could do this work, on the same machine, in the same run and behind the same wire: written by \`npm run bench:peers\`, not by hand. Why these and how each was written:
[decision 0031](decisions/0031-benchmarks.md). The code of each is one file in [bench/peers](../bench/peers); every figure is in [results.json](../bench/peers/results.json).
${trial}
${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(tookMs / 60_000)} minutes. ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node.slice(1)}; load average of the machine before the run ${machine.loadBefore.toFixed(1)}.
${rounds} round${rounds === 1 ? '' : 's'} with windows of ${windowMs / 1_000} s; ${kills} kills of each application and ${kills} of its stores. Codeferry's database here was ${databaseKind}.
${missingText(findings)}
## Speed

Each starts on fresh data, alone, is warmed up, and gets three closed loads; the order in which they come changes with the round. Times are milliseconds, from when an order was due. Median of the rounds, and the lowest and highest in brackets.

${speedTable(findings)}

Windows are short and driver, issuers, applications and stores share the cores: read a difference below a third as none, and a p99 of a slow contender as its slowest order.

## What was lost at kill -9

Eight orders in flight at all times; in turn the whole application and all of its stores (engine, database) are killed with signal 9, with all their child processes and without a warning, and started again at once on the same data. Shop and issuers repeat what was not answered with a 2xx.
Then everything accepted is waited for, ${options.settleLimitMs / 1_000} s at most. The judge knows only what the shop was answered and what came to the terminal.

${lossTable(findings)}

- **never delivered**, **unknown**, **other id** and **wrong or second code** must be 0: anything else is a loss. Repeated deliveries (same id, same codes) and repeated notices are what "at least once" allows.
- The bare Temporal order sends no id with its delivery, so only its codes are compared.
- **refused calls** are answers other than 2xx, or none, to verifications and codes while something was down; the issuers came again with each.
- **ended by itself** counts processes that ended although nobody killed them, mostly an application whose store had gone. The run starts them again after half a second, as any supervisor would.
- A kill takes a process, not the machine: what the kernel had not written yet is not lost by it. This shows no difference between a store that syncs and one that only writes.

## What is not the same

- Codeferry signs and checks every call, seals codes, keeps a row with timeline for reads, judges late and conflicting calls, has limits, windows, refunds and an operator's console. None of the others does any of that here. The bare order shows what Temporal alone costs.
- Codeferry and the bare order stand on Temporal's dev server with SQLite, which is what \`npm start\` runs; a production server on PostgreSQL is measured in no table here. PostgreSQL, Redis and Restate run as they would in production, on one node.
- Codeferry runs as two processes and the bare order too; each peer is one process. Each store is one node.
- Each call out is tried again after 200 ms, doubling, in the peers; Codeferry's schedules begin with 10 s for a notice and 2 s for a delivery. BullMQ finds a job whose worker was killed after 30 s, the outbox after its lease of 15 s. That is most of what "settled" and "slowest" show.
- Restate and DBOS keep a history of steps and can show it; the hand-made outbox and BullMQ keep the last state only.

## Versions

${Object.entries(versions)
  .map(([name, version]) => `- ${name}: ${version}`)
  .join('\n')}
`;
};
