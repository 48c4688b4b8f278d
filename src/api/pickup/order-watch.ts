import type { Logger } from 'pino';
import { Failure } from '../../domain/failures';
import type { Orders } from '../../store/orders';

const watchersLimit = 2_000;
const lookEveryMs = 500;

export type OrderWatch = ReturnType<typeof createOrderWatch>;

interface Waiter {
  readonly id: string;
  readonly seenVersion: string;
  readonly wake: () => void;
}

/**
 * Tells open pick-up pages of changes that any process made: one look at the database for all of them together, and only
 * while someone watches.
 */
export const createOrderWatch = (orders: Pick<Orders, 'versionsOf'>, log: Logger) => {
  const waiters = new Set<Waiter>();
  let watchers = 0;
  let isLooking = false;

  const look = async (): Promise<void> => {
    try {
      const versions = await orders.versionsOf([...new Set([...waiters].map(({ id }) => id))]);
      for (const waiter of waiters) {
        if (versions.get(waiter.id) !== waiter.seenVersion) waiter.wake();
      }
    } catch (error) {
      log.warn({ err: error }, 'open pick-up pages could not be looked after');
    }
    isLooking = waiters.size > 0;
    if (isLooking) setTimeout(look, lookEveryMs).unref();
  };

  return {
    /** @throws Failure `rate_limited` when too many pages are open in this process. */
    enter: (_id: string): (() => void) => {
      if (watchers >= watchersLimit) throw new Failure('rate_limited', { retryAfterSeconds: 5 });
      watchers += 1;
      return () => {
        watchers -= 1;
      };
    },

    /** Resolves when the row is of another version than the one seen, or when the signal fires. */
    changed: (id: string, seenVersion: string, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const waiter: Waiter = {
          id,
          seenVersion,
          wake: () => {
            waiters.delete(waiter);
            signal.removeEventListener('abort', waiter.wake);
            resolve();
          },
        };
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', waiter.wake, { once: true });
        waiters.add(waiter);
        if (isLooking) return;
        isLooking = true;
        setTimeout(look, lookEveryMs).unref();
      }),
  };
};
