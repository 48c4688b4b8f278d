import type { CloseReason } from '../domain/order';
import type { OrderRow } from '../store/orders';

export interface VoidCodes {
  readonly codes: number;
  readonly at: string;
  /** Why the order was closed before its delivery, or that an operator took delivered codes back. */
  readonly because: CloseReason | 'operator_voided';
}

/** For operators, out of the event that tells the issuer: `codes.issued` of a closed order says 0 of codes that it held. */
export const voidCodesOf = ({ events }: Pick<OrderRow, 'events'>): VoidCodes | undefined => {
  const event = events.findLast(({ type }) => type === 'order.codes_void');
  if (!event) return undefined;
  return {
    codes: event.itemIds?.length ?? 0,
    at: new Date(event.atMs).toISOString(),
    because: event.state === 'delivered' ? 'operator_voided' : (event.closedReason ?? 'operator_voided'),
  };
};
