import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historySize, settledExecutions } from './engine-counts';
import type { Load, PlacedOrder } from './load';
import { measure } from './measure';
import type { Measured, RoundEnd } from './measured';
import { inFlightOf, type PhaseName, phaseNames, shareOfSaturation } from './phases';
import type { Settings } from './settings';
import { type Side, startBareSide, startPlatformSide } from './sides';
import type { Simulators } from './simulators';
import { bytesIn } from './usage';

export interface Round {
  readonly measured: readonly Measured[];
  readonly ends: readonly RoundEnd[];
  readonly databaseKind: string;
}

interface RoundParts {
  readonly n: number;
  readonly settings: Settings;
  readonly simulators: Simulators;
  readonly folder: string;
  readonly say: (line: string) => void;
}

const loadOf = (phase: PhaseName, round: number, seed: number, saturation: number): Load =>
  phase === 'half' || phase === 'triple'
    ? { kind: 'open', perSecond: saturation * shareOfSaturation[phase], seed: `${seed}/${round}/${phase}` }
    : { kind: 'closed', inFlight: inFlightOf[phase] };

/** Both sides start fresh and are measured in turns, load by load, so that a slower minute of the machine meets both. */
export const playRound = async (parts: RoundParts): Promise<Round> => {
  const { n, settings, simulators, folder, say } = parts;
  const { issuers, engine, seed } = settings;
  const options = { outside: simulators.outside, issuers, engine };
  const [platform, bare] = await Promise.all([
    startPlatformSide({ ...options, folder: join(folder, 'platform') }),
    startBareSide({ ...options, folder: join(folder, 'bare') }),
  ]);
  try {
    const empty = new Map([platform, bare].map((side) => [side, bytesOf(side)] as const));
    await simulators.knowIssuers([...platform.target.issuers, ...bare.target.issuers]);
    const inTurn = n % 2 === 1 ? [platform, bare] : [bare, platform];
    const measured: Measured[] = [];
    const placed = new Map<string, readonly PlacedOrder[]>();
    for (const phase of ['warm', ...phaseNames] as const) {
      for (const side of inTurn) {
        const { name } = side.target;
        const load = loadOf(phase, n, seed, saturationOf(measured, name));
        const resting = side === platform ? bare : platform;
        const result = await measure({ side, resting, simulators, settings }, { phase, round: n, load });
        keepSamples(folder, result);
        measured.push(result.measured);
        placed.set(`${name} ${phase}`, result.orders);
        say(lineOf(result.measured));
      }
    }
    const ends: Omit<RoundEnd, 'keptPerOrder'>[] = [];
    for (const side of [platform, bare]) {
      const { name } = side.target;
      const single = placed.get(`${name} one`) ?? [];
      const crowded = placed.get(`${name} sixtyfour`) ?? [];
      const accepted = [...placed.entries()]
        .filter(([key]) => key.startsWith(`${name} `))
        .flatMap(([, orders]) => orders)
        .filter(({ status }) => status === 201).length;
      ends.push(await roundEnd(side, n, accepted, settings.histories, { single, crowded }));
    }
    await Promise.all([platform.stop(), bare.stop()]);
    const kept = (side: Side, accepted: number) =>
      Object.fromEntries(
        Object.entries(bytesOf(side)).map(([name, bytes]) => [
          name,
          (bytes - (empty.get(side)?.[name] ?? 0)) / accepted,
        ]),
      );
    return {
      measured,
      ends: ends.map((end) => ({
        ...end,
        keptPerOrder: kept(end.side === 'platform' ? platform : bare, end.accepted),
      })),
      databaseKind: platform.database?.kind ?? 'none',
    };
  } finally {
    await Promise.all([platform.stop(), bare.stop()]);
  }
};

const bytesOf = ({ folders }: Side): Record<string, number> =>
  Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, bytesIn(folder)]));

/** The best of the closed loads in this round. */
const saturationOf = (measured: readonly Measured[], name: string): number =>
  Math.max(
    1,
    ...measured
      .filter(({ side, phase }) => side === name && (phase === 'sixteen' || phase === 'sixtyfour'))
      .map(({ deliveredPerSecond }) => deliveredPerSecond),
  );

/** Spread over the phase: the first of its orders are not its middle. */
const sampled = (orders: readonly PlacedOrder[], count: number): PlacedOrder[] => {
  const delivered = orders.filter(({ deliveries }) => deliveries === 1);
  const step = Math.max(1, delivered.length / count);
  return Array.from({ length: Math.min(count, delivered.length) }, (_, n) => delivered[Math.floor(n * step)]).filter(
    (order) => order !== undefined,
  );
};

const roundEnd = async (
  { target, engine, workflowType, database }: Side,
  round: number,
  accepted: number,
  histories: number,
  { single, crowded }: { single: readonly PlacedOrder[]; crowded: readonly PlacedOrder[] },
): Promise<Omit<RoundEnd, 'keptPerOrder'>> => {
  const connection = await Connection.connect({ address: engine.address });
  try {
    const client = new Client({ connection });
    const sizes = (orders: readonly PlacedOrder[]) =>
      Promise.all(
        sampled(orders, histories).map(({ issuerId, orderNo }) => historySize(client, `order/${issuerId}/${orderNo}`)),
      );
    const executions = await settledExecutions(client, workflowType, accepted);
    return {
      side: target.name,
      round,
      histories: await sizes(single),
      crowdedHistories: await sizes(crowded),
      accepted,
      executions,
      ...(database ? { rowsByState: await database.counts.ordersByState() } : {}),
    };
  } finally {
    await connection.close();
  }
};

/** Every order of the run, for whoever doubts a figure. */
const keepSamples = (folder: string, { measured, orders }: { measured: Measured; orders: readonly PlacedOrder[] }) => {
  const { side, phase, round } = measured;
  const lines = orders.map((order) => JSON.stringify({ side, phase, round, ...order }));
  appendFileSync(join(folder, 'orders.jsonl'), `${lines.join('\n')}\n`);
};

const lineOf = ({
  round,
  side,
  phase,
  deliveredPerSecond,
  accept,
  paymentToCode,
  endings,
  drainMs,
}: Measured): string => {
  const ms = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1));
  return [
    `round ${round} ${side.padEnd(8)} ${phase.padEnd(9)}`,
    `${deliveredPerSecond.toFixed(1)} orders/s`,
    `accept p50 ${ms(accept.p50)} ms`,
    `payment to code p50 ${ms(paymentToCode.p50)} p99 ${ms(paymentToCode.p99)} ms`,
    `placed ${endings.placed} accepted ${endings.accepted} once ${endings.deliveredOnce} refused ${endings.refused}`,
    `unanswered ${endings.unanswered} drained in ${(drainMs / 1_000).toFixed(1)} s`,
  ].join(', ');
};
