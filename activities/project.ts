import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import type { HeldCode, OrderFacts } from '../src/domain/order';
import type { OrderMeter } from '../src/metrics/order-meter';
import { afterSalesDue, startAfterSales } from '../src/second-interface/after-sale/start-after-sale';
import { withTerminal } from '../src/second-interface/after-sale/told-terminal';
import type { OrderDeps } from '../src/second-interface/ask-order';
import { type CodesMessage, codesMessage, heldCodesOf } from '../src/second-interface/claim-codes';
import { tellEarlyBounce } from '../src/second-interface/take-receipt';
import { heldMs, type Issuers } from '../src/store/issuers';
import type { Projection } from '../src/store/orders';
import { isHeld } from './call-issuer';
import type { TellEvent } from './tell-event';

export interface OrderProjection extends OrderName, Omit<Projection, 'correction' | 'afterSalesDue'> {
  /** Which of its row's corrections the order took, from a redelivery. */
  readonly correction?: string;
  /** Claims whose codes the order took; those that came too late. */
  readonly accepted: readonly string[];
  readonly late: readonly string[];
}

export interface HeldCodesQuestion extends OrderName {
  /** Where the page after the last one begins. */
  readonly after?: string;
}

export interface HeldCodesPage {
  readonly held: readonly HeldCode[];
  /** There are more of them. */
  readonly next?: string;
}

export interface HeldTimeQuestion {
  readonly issuerId: string;
  readonly sinceMs: number;
  /** Given in an issue window: the order, and how many codes it holds. */
  readonly holder?: { readonly orderNo: string; readonly issued: number };
  /** Where the page after the last one begins. */
  readonly after?: string;
}

export interface HeldTime {
  readonly heldMs: number;
  readonly isHeld: boolean;
  /** Codes that came in time and that the order may not have heard of: their Update is under way, or the engine lost it. */
  readonly codes?: readonly CodesMessage[];
  /** There are more of them. */
  readonly next?: string;
}

/** Local activities: our own database, never a call to anyone outside. */
export const createProject = ({
  orderDeps,
  issuers,
  meter,
  tellEvent,
  nowMs,
}: {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly meter: Pick<OrderMeter, 'of'>;
  /** Not waited for: what is not told by it, the reconciler tells from the outbox. */
  readonly tellEvent: TellEvent;
  readonly nowMs: () => number;
}) => ({
  /**
   * Copies the workflow's facts to the row, with its outbox; doing it twice changes nothing. Resolves to the row's facts
   * where the row is ahead: closed, verified or extended by an Update that the engine lost.
   */
  project: async ({
    accepted,
    late,
    issuerId,
    orderNo,
    correction: ref,
    ...projection
  }: OrderProjection): Promise<OrderFacts | undefined> => {
    const order = { issuerId, orderNo };
    const marked = accepted.length > 0 ? orderDeps.codes.markAccepted(accepted) : undefined;
    const correction = ref === undefined ? undefined : await orderDeps.orders.findCorrection(order, ref);
    const events = withTerminal(projection.events, correction?.terminal);
    const due = afterSalesDue(orderDeps, order, projection.facts, events);
    const corrected = { ...projection, events, afterSalesDue: due, ...(correction ? { correction } : {}) };
    const { ahead, fresh } = await orderDeps.orders.project(order, corrected, marked);
    if (ahead) return ahead;
    meter.of(order).projected(projection.facts, fresh);
    for (const { sequence } of fresh) tellEvent(order, sequence);
    // Not waited for either: it stands in the row.
    if (fresh.length > 0) {
      startAfterSales(orderDeps, { ...order, facts: projection.facts, afterSalesDue: due }).catch(() => undefined);
    }
    if (projection.facts.delivery.state === 'sent') {
      const bounced = await tellEarlyBounce(orderDeps, order);
      if (bounced !== undefined) tellEvent(order, bounced);
    }
    // After the row: before it, the engine may still lose the close that they came too late for, and the order take them.
    for (const id of late) await orderDeps.codes.markLate(id);
    return undefined;
  },

  /** Asked by an order that goes on in a new run: by reference. */
  heldCodes: async ({ after, ...order }: HeldCodesQuestion): Promise<HeldCodesPage> => {
    const { calls, next } = await orderDeps.codes.given(order, after);
    const accepted = calls.filter(({ status }) => status === 'accepted');
    return { held: accepted.flatMap(heldCodesOf), ...(next !== undefined ? { next } : {}) };
  },

  /** Asked when a window's timer fires: an issuer's pause stops its windows, and codes in the inbox came in time. */
  heldTime: async ({ issuerId, sinceMs, holder, after }: HeldTimeQuestion): Promise<HeldTime> => {
    const issuer = await issuers.findEver(issuerId);
    if (!issuer) throw ApplicationFailure.nonRetryable('the order has no issuer', 'issuer_unknown');
    const { calls, next } = holder
      ? await orderDeps.codes.notHeard({ issuerId, orderNo: holder.orderNo }, holder.issued, after)
      : { calls: [] };
    return {
      heldMs: heldMs(issuer.holds, sinceMs, nowMs()),
      isHeld: await isHeld(issuers, issuer, new Date(nowMs())),
      ...(calls.length > 0 ? { codes: calls.map(({ _id, codes }) => codesMessage(_id, codes, false)) } : {}),
      ...(next !== undefined ? { next } : {}),
    };
  },
});
