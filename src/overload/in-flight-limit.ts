import { networkOf } from '../bounded/per-minute';
import { createSlots } from '../bounded/slots';
import { Failure } from '../domain/failures';
import { isTestIssuer } from '../domain/ids';

/** Requests at work at the same moment, per process: beyond it a fast refusal is kinder than a slow answer. */
const inFlightLimit = 1_024;
const inFlightPerIssuerLimit = 256;
/** New orders among them: thousands of them at once make all others late. One issuer has half of them, while it is alone. */
const newOrdersLimit = 448;
/** Requests whose sender is being looked for: a matter of milliseconds each, so that few are there at once. */
const unknownLimit = 1_024;
const unknownPerAddressLimit = 256;

const refused = (): Failure => new Failure('rate_limited', { retryAfterSeconds: 1 });

export const createInFlightLimit = () => {
  const issuers = createSlots(inFlightLimit, isTestIssuer);
  const orders = createSlots(newOrdersLimit, isTestIssuer);
  const unknown = createSlots(unknownLimit);

  const enter = (slots: typeof issuers, key: string, limit?: number): (() => void) => {
    if (slots.take(key, limit) !== 'taken') throw refused();
    return () => slots.giveBack(key);
  };

  return {
    /** Called before the sender is known: this room is no issuer's. @throws Failure `rate_limited` */
    enterUnknown: (address: string): (() => void) => enter(unknown, networkOf(address), unknownPerAddressLimit),

    /** Called once the sender is known. Returns what gives the slot back. @throws Failure `rate_limited` */
    enterNewOrder: (issuerId: string): (() => void) => enter(orders, issuerId),

    /**
     * Called once the sender is known, so that nobody can use up another one's share. Returns what gives the slot back.
     *
     * @throws Failure `rate_limited`
     */
    enter: (issuerId: string): (() => void) => enter(issuers, issuerId, inFlightPerIssuerLimit),
  };
};
