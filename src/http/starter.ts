import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startableOrder } from '../second-interface/startable-order';
import type { OrderRow } from '../store/orders';
import type { OrderGateway } from '../temporal/order-gateway';

/** Starts under way at once; what does not fit is left to the reconciler, which sees the row. */
const startsLimit = 256;
/** Before the next try: an engine that restarts is back sooner than the reconciler comes by. */
const retryDelaysMs = [1_000, 3_000, 8_000];

export type Starter = ReturnType<typeof createStarter>;

/** Begins workflows after the 201, so that no payment request waits for the engine. */
export const createStarter = ({ gateway, log }: { gateway: OrderGateway; log: Logger }) => {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  const start = async (row: OrderRow): Promise<void> => {
    for (const delayMs of [...retryDelaysMs, undefined]) {
      if ((await gateway.startOrder(startableOrder(row))) !== 'away') return;
      if (delayMs === undefined || stopping.signal.aborted) break;
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) break;
    }
    log.warn({ order: row._id }, 'the engine is away: the reconciler will start the order');
  };

  return {
    startSoon: (row: OrderRow): void => {
      if (running.size >= startsLimit) return;
      const starting = start(row)
        .catch((error: unknown) => log.error({ err: error, order: row._id }, 'an order could not be started'))
        .finally(() => running.delete(starting));
      running.add(starting);
    },
    /** Called when the process stops: no try begins any more, and each has its own time limit. */
    settled: async (): Promise<void> => {
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
};
