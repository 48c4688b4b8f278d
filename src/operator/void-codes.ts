import type { VoidCodes } from '../contract/operator/orders';
import { itemCounts } from '../domain/items';
import type { OrderRow } from '../store/orders';

/** For operators, out of the event that tells the issuer: `codes.issued` of a closed order says 0 of codes that it held. */
export const voidCodesOf = ({ events, facts }: Pick<OrderRow, 'events' | 'facts'>): VoidCodes | undefined => {
  const event = events.findLast(({ type }) => type === 'order.codes_void');
  if (!event) return undefined;
  return {
    codes: itemCounts(facts).void,
    at: new Date(event.atMs).toISOString(),
    because: event.state === 'delivered' ? 'operator_voided' : (event.closedReason ?? 'operator_voided'),
  };
};
