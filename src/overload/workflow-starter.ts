import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { turnOf } from '../domain/ids';
import { startableOrder } from '../second-interface/startable-order';
import type { OrderRow } from '../store/orders';
import type { OrderGateway } from '../temporal/order-gateway';
import { createFairQueue } from './fair-queue';
import { createStartRate } from './start-rate';

/** Starts under way at once: enough for an engine that does thousands a second, and a slow one ends each in time. */
const atOnce = 64;
/** Queued behind them; what does not fit is left to the reconciler, which sees the row and comes every half minute. */
const queueLimit = 2_048;
/** So many that are not started yet, or so long until all of them are, are too many: an engine that keeps up never has them. */
const backlogMax = 512;
const backlogMaxSeconds = 12;
/** So long without an answer to a start, and the engine counts as unavailable: then orders are accepted all the same. */
const unavailableAfterMs = 4_000;
/** Before the next attempt: an engine that restarts is back sooner than the reconciler comes by. */
const retryDelaysMs = [1_000, 3_000, 8_000];

export type WorkflowStarter = ReturnType<typeof createWorkflowStarter>;

/** Begins workflows after the 201, so that no payment request waits for the engine: as fast as it can take them, issuers in turns. */
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
  const queue = createFairQueue<OrderRow>(queueLimit);
  const startRate = createStartRate(nowMs);
  const stopping = new AbortController();
  let answeredMs = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;

  const start = async (row: OrderRow): Promise<void> => {
    for (const delayMs of [...retryDelaysMs, undefined]) {
      const askedMs = nowMs();
      if ((await gateway.startOrder(startableOrder(row))) !== 'unavailable') {
        answeredMs = nowMs();
        startRate.answered(answeredMs - askedMs);
        return;
      }
      if (delayMs === undefined || stopping.signal.aborted) break;
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) break;
    }
    log.warn({ order: row._id }, 'the engine is unavailable: the reconciler will start the order');
  };

  const begin = (row: OrderRow): void => {
    startRate.begun();
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
    while (queue.length() > 0 && running.size < atOnce && !stopping.signal.aborted) {
      const waitMs = startRate.waitMs();
      if (waitMs > 0) {
        waiting = setTimeout(next, waitMs);
        return;
      }
      const row = queue.take();
      if (row) begin(row);
    }
  };

  return {
    startSoon: (row: OrderRow): void => {
      queue.put(turnOf(row.issuerId), row);
      next();
    },

    /** Asked by the load shedder: above 1 new orders come faster than the engine begins them; 0 while it is unavailable. */
    backlog: (): number => {
      if (nowMs() - answeredMs > unavailableAfterMs) return 0;
      return Math.max(
        (running.size + queue.length()) / backlogMax,
        queue.length() / startRate.steadyPerSecond() / backlogMaxSeconds,
      );
    },

    queued: queue.length,

    /** Called when the process stops: no attempt begins any more, and each has its own time limit. */
    settled: async (): Promise<void> => {
      stopping.abort();
      clearTimeout(waiting);
      await Promise.allSettled(running);
    },
  };
};

/** Served by the api: 0 while the engine takes whatever comes. */
export const registerQueueGauge = (registry: Registry, { queued }: Pick<WorkflowStarter, 'queued'>): void => {
  new Gauge({
    name: 'codeferry_orders_queued',
    help: 'Accepted orders queued in this api until the engine can begin them',
    registers: [registry],
    collect() {
      this.set(queued());
    },
  });
};
