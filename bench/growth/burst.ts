import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { isFinal, type OrderState } from '../../src/domain/order';
import { endingsOf, latenciesOf } from '../compare/endings';
import { settledExecutions } from '../compare/engine-counts';
import type { Endings, Latencies } from '../compare/measured';
import { monotonicMs } from '../compare/monotonic';
import type { PlatformSide } from '../compare/sides';
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
  readonly lastDeliveryMs: number;
  /** From the last sending until no order was open any more, looked at every two seconds; undefined: some still are. */
  readonly workedOffMs?: number | undefined;
  /** By the warm-up, on the same platform. */
  readonly warmed: number;
  readonly executions: Readonly<Record<string, number>>;
  readonly rowsByState: Readonly<Record<string, number>>;
}

const withinMs = 10_000;
/** The driver waits two minutes for an answer. */
const answersLimitMs = 300_000;
const pollMs = 250;
const openPollMs = 2_000;
/** All that can be delivered is by then. */
const lateMs = 1_000;
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
    const answersEndMs = monotonicMs() + answersLimitMs;
    while (monotonicMs() < answersEndMs && (await simulators.placed()).answered < wanted) await pause(pollMs);
    const endMs = monotonicMs() + drainLimitMs;
    let openLeft = await side.database.counts.openOrders();
    // Not until all are delivered: one that waited longer than its window has expired.
    while (openLeft > 0 && monotonicMs() < endMs) {
      await pause(openPollMs);
      openLeft = await side.database.counts.openOrders();
    }
    const settledMs = monotonicMs();
    const placed = await simulators.end(lateMs);
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
    say(`burst: placed ${endings.placed} accepted ${endings.accepted} refused ${endings.refused}`);
    return {
      wanted,
      offeredInMs: lastSentMs - firstMs,
      endings,
      refused: refusalsOf(orders),
      refuse: after((status) => status !== 0 && status !== 201, 'answeredMs'),
      accept: after((status) => status === 201, 'answeredMs'),
      toCode: after(() => true, 'deliveredMs'),
      lastDeliveryMs: lastMs - lastSentMs,
      workedOffMs: openLeft === 0 ? Math.max(settledMs, lastMs) - lastSentMs : undefined,
      warmed,
      executions: await executionsOf(side, warmed + endings.accepted),
      rowsByState: await side.database.counts.ordersByState(),
    };
  });
  return {
    settings: { burst: wanted, withinSeconds: withinMs / 1_000, warmUpSeconds: options.warmUpMs / 1_000, seed },
    isWhole: isEndedOnce(found),
    found,
  };
};

/**
 * By terminal, engine and database: whatever was accepted has ended, delivered once or closed in another way, and nothing
 * else has. An order without an answer may be one or none.
 */
export const isEndedOnce = ({ endings, executions, rowsByState, warmed }: Burst): boolean => {
  const rows = Object.values(rowsByState).reduce((sum, n) => sum + n, 0);
  const accepted = warmed + endings.accepted;
  return (
    endings.deliveredAgain + endings.wrongCodes + endings.strays === 0 &&
    rows >= accepted &&
    rows <= accepted + endings.unanswered &&
    Object.keys(rowsByState).every((state) => isFinal(state as OrderState)) &&
    (rowsByState.delivered ?? 0) === warmed + endings.deliveredOnce + endings.deliveredUnaccepted &&
    executions.Completed === rows &&
    Object.keys(executions).length === 1
  );
};
