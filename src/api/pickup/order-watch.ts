import type { Logger } from 'pino';
import { createSlots } from '../../bounded/slots';
import { Failure } from '../../domain/failures';
import { isTestIssuer, orderNameOf } from '../../domain/ids';
import type { Orders } from '../../store/orders';

const watchersLimit = 2_000;
/** Of one link: a buyer has it open on a few devices. */
const perLinkLimit = 4;
/** Of one address: behind a proxy that TRUSTED_PROXIES does not name, everybody's. */
const perAddressLimit = 500;
const lookEveryMs = 500;

export type OrderWatch = ReturnType<typeof createOrderWatch>;

interface Waiter {
  readonly id: string;
  readonly seenVersion: string;
  readonly wake: () => void;
}

const tooMany = (): Failure => new Failure('rate_limited', { retryAfterSeconds: 5 });

/**
 * Tells open pick-up pages of changes that any process made: one look at the database for all of them together, and only
 * while someone watches.
 */
export const createOrderWatch = (orders: Pick<Orders, 'versionsOf'>, log: Logger) => {
  const waiters = new Set<Waiter>();
  const links = createSlots(watchersLimit);
  const addresses = createSlots(watchersLimit);
  const issuers = createSlots(watchersLimit, isTestIssuer);
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
    /** @throws Failure `rate_limited` when too many are open of this order's link, of this address, of its issuer, or in this process. */
    enter: (id: string, address: string): (() => void) => {
      const places = [
        { slots: links, key: id, limit: perLinkLimit },
        { slots: addresses, key: address, limit: perAddressLimit },
        { slots: issuers, key: orderNameOf(id).issuerId, limit: watchersLimit },
      ];
      const isFull = places.findIndex(({ slots, key, limit }) => slots.take(key, limit) !== 'taken');
      const leave = (taken = places.length): void => {
        for (const { slots, key } of places.slice(0, taken)) slots.giveBack(key);
      };
      if (isFull === -1) return () => leave();
      leave(isFull);
      throw tooMany();
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
