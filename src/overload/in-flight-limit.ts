import { createSlots } from '../bounded/slots';
import { Failure } from '../domain/failures';

/** Requests at work at the same moment, per process: beyond it a fast refusal is kinder than a slow answer. */
const inFlightLimit = 1_024;
const inFlightPerIssuerLimit = 256;
/** New orders among them, and those whose sender is not known yet: thousands of them at once make all others late. */
const newOrdersLimit = 256;

const newOrders = 'new orders';

const refused = (): Failure => new Failure('rate_limited', { retryAfterSeconds: 1 });

export const createInFlightLimit = () => {
  const issuers = createSlots(inFlightLimit);
  const orders = createSlots(newOrdersLimit);

  const enter = (slots: typeof issuers, key: string, limit: number): (() => void) => {
    if (slots.take(key, limit) !== 'taken') throw refused();
    return () => slots.giveBack(key);
  };

  return {
    /** Called before the sender is known. Returns what gives the slot back. @throws Failure `rate_limited` */
    enterNewOrder: (): (() => void) => enter(orders, newOrders, newOrdersLimit),

    /**
     * Called once the sender is known, so that nobody can use up another one's share. Returns what gives the slot back.
     *
     * @throws Failure `rate_limited`
     */
    enter: (issuerId: string): (() => void) => enter(issuers, issuerId, inFlightPerIssuerLimit),
  };
};
