import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startableOrder } from '../second-interface/startable-order';
import type { OrderRow } from '../store/orders';
import type { OrderGateway } from '../temporal/order-gateway';

/** Starts under way at once: enough for an engine that does thousands a second, and a slow one ends each in time. */
const atOnce = 64;
/** In line behind them; what does not fit is left to the reconciler, which sees the row and comes every half minute. */
const inLineLimit = 2_048;
/** So many that are not started yet are a crowd: an engine that keeps up never has them. */
const crowdSize = 512;
/** So long without an answer to a start, and the engine counts as away: then orders are accepted all the same. */
const awayAfterMs = 4_000;
/** Before the next try: an engine that restarts is back sooner than the reconciler comes by. */
const retryDelaysMs = [1_000, 3_000, 8_000];

export type Starter = ReturnType<typeof createStarter>;

/** Begins workflows after the 201, so that no payment request waits for the engine. */
export const createStarter = ({
  gateway,
  log,
  nowMs = () => performance.now(),
}: {
  gateway: Pick<OrderGateway, 'startOrder'>;
  log: Pick<Logger, 'warn' | 'error'>;
  nowMs?: () => number;
}) => {
  const running = new Set<Promise<void>>();
  const inLine: OrderRow[] = [];
  const stopping = new AbortController();
  let answeredMs = Number.NEGATIVE_INFINITY;

  const start = async (row: OrderRow): Promise<void> => {
    for (const delayMs of [...retryDelaysMs, undefined]) {
      if ((await gateway.startOrder(startableOrder(row))) !== 'away') {
        answeredMs = nowMs();
        return;
      }
      if (delayMs === undefined || stopping.signal.aborted) break;
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) break;
    }
    log.warn({ order: row._id }, 'the engine is away: the reconciler will start the order');
  };

  const next = (): void => {
    while (running.size < atOnce && !stopping.signal.aborted) {
      const row = inLine.shift();
      if (!row) return;
      const starting = start(row)
        .catch((error: unknown) => log.error({ err: error, order: row._id }, 'an order could not be started'))
        .finally(() => {
          running.delete(starting);
          next();
        });
      running.add(starting);
    }
  };

  return {
    startSoon: (row: OrderRow): void => {
      if (inLine.length >= inLineLimit) return;
      inLine.push(row);
      next();
    },

    /** Asked by the intake: above 1 new orders come faster than the engine begins them; 0 while it is away. */
    crowd: (): number => (nowMs() - answeredMs > awayAfterMs ? 0 : (running.size + inLine.length) / crowdSize),

    /** Called when the process stops: no try begins any more, and each has its own time limit. */
    settled: async (): Promise<void> => {
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
};
