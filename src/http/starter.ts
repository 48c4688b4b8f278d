import type { Logger } from 'pino';
import { startableOrder } from '../second-interface/startable-order';
import type { OrderRow } from '../store/orders';
import type { OrderGateway } from '../temporal/order-gateway';

/** Starts under way at once; what does not fit is left to the reconciler, which sees the row. */
const startsLimit = 256;

export type Starter = ReturnType<typeof createStarter>;

/** Begins workflows after the 201, so that no payment request waits for the engine. */
export const createStarter = ({ gateway, log }: { gateway: OrderGateway; log: Logger }) => {
  const running = new Set<Promise<void>>();
  return {
    startSoon: (row: OrderRow): void => {
      if (running.size >= startsLimit) return;
      const start = gateway
        .startOrder(startableOrder(row))
        .then((outcome) => {
          if (outcome === 'away') log.warn('the engine is away: the reconciler will start the order');
        })
        .catch((error: unknown) => log.error({ err: error }, 'an order could not be started'))
        .finally(() => running.delete(start));
      running.add(start);
    },
    /** Called when the process stops; each start has its own time limit. */
    settled: async (): Promise<void> => {
      await Promise.allSettled(running);
    },
  };
};
