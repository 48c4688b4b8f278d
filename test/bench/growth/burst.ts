import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { endingsOf, isWhole, latenciesOf } from '../endings';
import { settledExecutions } from '../engine-counts';
import type { Endings, Latencies } from '../measured';
import { monotonicMs } from '../monotonic';
import type { PlatformSide } from '../sides';
import { refusalsOf } from './fairness';
import { type Growing, withPlatform } from './growing';

/** Times are milliseconds. */
export interface Burst {
  readonly wanted: number;
  /** From the first due time to the last sending: longer than wanted where the driver itself was late. */
  readonly offeredInMs: number;
  readonly endings: Endings;
  /** By status and code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly refuse: Latencies;
  readonly accept: Latencies;
  readonly toCode: Latencies;
  /** From the last sending to the last delivery. */
  readonly workedOffMs: number;
  /** All of this platform, with those of the warm-up. */
  readonly acceptedInAll: number;
  readonly executions: Readonly<Record<string, number>>;
  readonly rowsByState: Readonly<Record<string, number>>;
}

const withinMs = 10_000;
const sendLimitMs = 120_000;
const pollMs = 250;
const settleMs = 1_500;

const executionsOf = async ({ engine, workflowType }: PlatformSide, accepted: number) => {
  const connection = await Connection.connect({ address: engine.address });
  try {
    return await settledExecutions(new Client({ connection }), workflowType, accepted);
  } finally {
    await connection.close();
  }
};

/** Many orders within ten seconds, each waiting for nobody; then all that was accepted is waited for. */
export const measureBurst = async (growing: Growing) => {
  const { options, simulators, say } = growing;
  const { burst: wanted, seed, drainLimitMs } = options;
  const found = await withPlatform(growing, { name: 'burst' }, async (side, warmed): Promise<Burst> => {
    const perSecond = (wanted / withinMs) * 1_000;
    const load = { kind: 'open', perSecond, seed: `${seed}/burst`, orders: wanted } as const;
    await simulators.begin({ name: 'burst', target: side.target, load });
    const endMs = monotonicMs() + sendLimitMs;
    while (monotonicMs() < endMs && (await simulators.placed()) < wanted) await pause(pollMs);
    const placed = await simulators.end(drainLimitMs);
    await pause(settleMs);
    const { orders } = placed;
    const endings = endingsOf(placed);
    const firstMs = Math.min(...orders.map(({ dueMs }) => dueMs));
    const lastSentMs = Math.max(...orders.map(({ sentMs }) => sentMs));
    const lastMs = Math.max(lastSentMs, ...orders.map(({ deliveredMs = 0 }) => deliveredMs));
    const after = (isMeant: (status: number) => boolean, until: 'answeredMs' | 'deliveredMs') =>
      latenciesOf(
        orders.flatMap(({ status = 0, dueMs, [until]: atMs }) =>
          isMeant(status) && atMs !== undefined ? [atMs - dueMs] : [],
        ),
      );
    const acceptedInAll = warmed + endings.accepted;
    say(`burst: placed ${endings.placed} accepted ${endings.accepted} refused ${endings.refused}`);
    return {
      wanted,
      offeredInMs: lastSentMs - firstMs,
      endings,
      refused: refusalsOf(orders),
      refuse: after((status) => status !== 0 && status !== 201, 'answeredMs'),
      accept: after((status) => status === 201, 'answeredMs'),
      toCode: after(() => true, 'deliveredMs'),
      workedOffMs: lastMs - lastSentMs,
      acceptedInAll,
      executions: await executionsOf(side, acceptedInAll),
      rowsByState: await side.database.counts.ordersByState(),
    };
  });
  return {
    settings: { burst: wanted, withinSeconds: withinMs / 1_000, warmUpSeconds: options.warmUpMs / 1_000, seed },
    isWhole: isWholeBurst(found),
    found,
  };
};

/** Also by engine and database: as many workflows complete, and as many rows delivered, as were accepted. */
export const isWholeBurst = ({ endings, executions, rowsByState, acceptedInAll }: Burst): boolean =>
  isWhole(endings) &&
  executions.Completed === acceptedInAll &&
  Object.keys(executions).length === 1 &&
  rowsByState.delivered === acceptedInAll &&
  Object.keys(rowsByState).length === 1;
