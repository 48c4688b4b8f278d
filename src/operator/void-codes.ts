import type { VoidCodes } from '../contract/operator/orders';
import { itemCounts } from '../domain/items';
import type { VoidDecider } from '../domain/messages';
import type { OperatorsView, OrderRow } from '../store/orders';

/** For operators, out of the event that tells the issuer: `codes.issued` of a closed order says 0 of codes that it held. */
export const voidCodesOf = ({
  events,
  facts,
  timeline,
}: Pick<OperatorsView, 'events' | 'facts' | 'timeline'>): VoidCodes | undefined => {
  const event = events.findLast(({ type }) => type === 'order.codes_void');
  if (!event) return undefined;
  return {
    codes: itemCounts(facts).void,
    at: new Date(event.atMs).toISOString(),
    because: event.state === 'delivered' ? voidedBy(timeline) : (event.closedReason ?? voidedBy(timeline)),
  };
};

/** A line that is gone is taken for an operator's, as all were before issuers had the call. */
const voidedBy = (timeline: OrderRow['timeline']): VoidCodes['because'] => {
  const by = timeline.findLast(({ event }) => event === 'item_void')?.detail.by;
  return (typeof by === 'string' ? voided[by as VoidDecider] : undefined) ?? 'operator_voided';
};

const voided: Readonly<Partial<Record<VoidDecider, VoidCodes['because']>>> = {
  issuer: 'issuer_voided',
  timeout: 'refund_undecided',
};
