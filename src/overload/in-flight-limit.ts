import { Failure } from '../domain/failures';

/** Requests at work at the same moment, per process: beyond it a fast refusal is kinder than a slow answer. */
const inFlightLimit = 1_024;
const inFlightPerIssuerLimit = 256;
/** New orders among them, and those whose sender is not known yet: thousands of them at once make all others late. */
const newOrdersLimit = 256;

export const createInFlightLimit = () => {
  const running = new Map<string, number>();
  let total = 0;
  let newOrders = 0;
  return {
    /** Called before the sender is known. Returns what gives the place back. @throws Failure `rate_limited` */
    enterNewOrder: (): (() => void) => {
      if (newOrders >= newOrdersLimit) throw new Failure('rate_limited', { retryAfterSeconds: 1 });
      newOrders += 1;
      return () => {
        newOrders -= 1;
      };
    },

    /**
     * Called once the sender is known, so that nobody can use up another one's share. Returns what gives the place back.
     *
     * @throws Failure `rate_limited`
     */
    enter: (issuerId: string): (() => void) => {
      const own = running.get(issuerId) ?? 0;
      if (total >= inFlightLimit || own >= inFlightPerIssuerLimit) {
        throw new Failure('rate_limited', { retryAfterSeconds: 1 });
      }
      running.set(issuerId, own + 1);
      total += 1;
      return () => {
        total -= 1;
        const left = (running.get(issuerId) ?? 1) - 1;
        if (left > 0) running.set(issuerId, left);
        else running.delete(issuerId);
      };
    },
  };
};
