import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { startableOrder } from '../second-interface/startable-order';
import type { OrderRow } from '../store/orders';
import type { OrderGateway } from '../temporal/order-gateway';
import { createFairQueue } from './fair-queue';
import { createStartRate } from './start-rate';

/** Starts under way at once: enough for an engine that does thousands a second, and a slow one ends each in time. */
const atOnce = 64;
/** In line behind them; what does not fit is left to the reconciler, which sees the row and comes every half minute. */
const inLineLimit = 2_048;
/** So many that are not started yet, or so long until all of them are, are a crowd: an engine that keeps up never has them. */
const crowdSize = 512;
const crowdSeconds = 12;
/** So long without an answer to a start, and the engine counts as away: then orders are accepted all the same. */
const awayAfterMs = 4_000;
/** Before the next try: an engine that restarts is back sooner than the reconciler comes by. */
const retryDelaysMs = [1_000, 3_000, 8_000];

export type Starter = ReturnType<typeof createWorkflowStarter>;

/** Begins workflows after the 201, so that no payment request waits for the engine: as fast as it can take them, the issuers in turns. */
export const createWorkflowStarter = ({
  gateway,
  log,
  nowMs = () => performance.now(),
}: {
  gateway: Pick<OrderGateway, 'startOrder'>;
  log: Pick<Logger, 'warn' | 'error'>;
  nowMs?: () => number;
}) => {
  const running = new Set<Promise<void>>();
  const line = createFairQueue<OrderRow>(inLineLimit);
  const pace = createStartRate(nowMs);
  const stopping = new AbortController();
  let answeredMs = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;

  const start = async (row: OrderRow): Promise<void> => {
    for (const delayMs of [...retryDelaysMs, undefined]) {
      const askedMs = nowMs();
      if ((await gateway.startOrder(startableOrder(row))) !== 'unavailable') {
        answeredMs = nowMs();
        pace.answered(answeredMs - askedMs);
        return;
      }
      if (delayMs === undefined || stopping.signal.aborted) break;
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) break;
    }
    log.warn({ order: row._id }, 'the engine is away: the reconciler will start the order');
  };

  const begin = (row: OrderRow): void => {
    pace.begun();
    const starting = start(row)
      .catch((error: unknown) => log.error({ err: error, order: row._id }, 'an order could not be started'))
      .finally(() => {
        running.delete(starting);
        next();
      });
    running.add(starting);
  };

  const next = (): void => {
    clearTimeout(waiting);
    while (line.length() > 0 && running.size < atOnce && !stopping.signal.aborted) {
      const waitMs = pace.waitMs();
      if (waitMs > 0) {
        waiting = setTimeout(next, waitMs);
        return;
      }
      const row = line.take();
      if (row) begin(row);
    }
  };

  return {
    startSoon: (row: OrderRow): void => {
      line.put(row.issuerId, row);
      next();
    },

    /** Asked by the intake: above 1 new orders come faster than the engine begins them; 0 while it is away. */
    crowd: (): number => {
      if (nowMs() - answeredMs > awayAfterMs) return 0;
      return Math.max(
        (running.size + line.length()) / crowdSize,
        line.length() / pace.steadyPerSecond() / crowdSeconds,
      );
    },

    inLine: line.length,

    /** Called when the process stops: no try begins any more, and each has its own time limit. */
    settled: async (): Promise<void> => {
      stopping.abort();
      clearTimeout(waiting);
      await Promise.allSettled(running);
    },
  };
};

/** Served by the api: 0 while the engine takes whatever comes. */
export const registerQueueGauge = (registry: Registry, { inLine }: Pick<Starter, 'inLine'>): void => {
  new Gauge({
    name: 'codeferry_orders_in_line',
    help: 'Accepted orders that stand in line in this api until the engine can begin them',
    registers: [registry],
    collect() {
      this.set(inLine());
    },
  });
};
