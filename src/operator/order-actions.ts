import { randomUUID } from 'node:crypto';
import type { OrderAction } from '../contract/operator/orders';
import * as routes from '../contract/operator/orders';
import type { AskedMessage } from '../domain/messages';
import type { OperatorActionName } from '../domain/operator-actions';
import type { Terminal } from '../domain/order';
import { completeOrder } from '../second-interface/after-sale/complete-order';
import { expectRedeliverable, redeliverCodes } from '../second-interface/after-sale/redeliver-codes';
import { voidItems } from '../second-interface/after-sale/void-items';
import { decideVoid, requestVoid } from '../second-interface/after-sale/void-requests';
import { askOrder, engineUnavailable, expectNotRefused, type OrderDeps } from '../second-interface/ask-order';
import { cancelOrder } from '../second-interface/cancel-order';
import { findOrder } from '../second-interface/find-order';
import type { OrderRow } from '../store/orders';

export type OrderActions = ReturnType<typeof createOrderActions>;

/** One whose call is answered with the order. */
interface OrderDeed<Body extends object = object> {
  readonly route: OrderAction<Body>;
  readonly run: (row: OrderRow, body: Body) => Promise<OrderRow>;
}

const deed = <Body extends object>(route: OrderAction<Body>, run: OrderDeed<Body>['run']) => ({ route, run });

/** What an operator may do to one order, alone or in a batch. */
export const createOrderActions = (orderDeps: OrderDeps) => {
  const ask = async (row: OrderRow, message: AskedMessage): Promise<OrderRow> => {
    const judged = await askOrder(orderDeps, row, `${message.kind}/${randomUUID()}`, message);
    if (judged === 'unavailable') throw engineUnavailable();
    expectNotRefused(judged.answer, judged.row.facts, orderDeps.nowMs());
    return judged.row;
  };

  const known = (row: OrderRow | 'unavailable'): OrderRow => {
    if (row === 'unavailable') throw engineUnavailable();
    return row;
  };

  const by = { by: 'operator', isRightToken: true } as const;

  const actions = {
    renotify: (row: OrderRow) => ask(row, { kind: 'renotify' }),
    extend: (row: OrderRow, extensionMs: number) => ask(row, { kind: 'extend', extensionMs }),
    redeliver: (row: OrderRow, terminal?: Terminal, newLink?: boolean) =>
      redeliverCodes(orderDeps, row, `redeliver/${randomUUID()}`, { ...by, terminal, newLink }),
    /** Whether it would be taken now. */
    expectRedeliverable: (row: OrderRow, terminal: Terminal): void =>
      expectRedeliverable(orderDeps, row, { ...by, terminal }),
    void: async (row: OrderRow, itemIds?: readonly string[]) =>
      known(await voidItems(orderDeps, row, `void/${randomUUID()}`, { ...by, itemIds })),
    refund: (row: OrderRow, asked: { readonly itemIds?: readonly string[] | undefined; readonly reason: string }) =>
      requestVoid(orderDeps, row, `requestVoid/${randomUUID()}`, { by: 'operator', ...asked }),
    complete: async (row: OrderRow) => known(await completeOrder(orderDeps, row, `complete/${randomUUID()}`, by)),
    cancel: async (row: OrderRow, reason = 'operator') => {
      await cancelOrder(orderDeps, row, randomUUID(), { reason }, 'operator');
      return findOrder({ orderDeps }, row.issuerId, row.orderNo);
    },
  };

  /** Those whose call is answered otherwise stand in api/operator/orders.ts. */
  const deeds = {
    renotify: deed(routes.renotifyOrder, actions.renotify),
    extend: deed(routes.extendOrder, (row, { seconds }) => actions.extend(row, seconds * 1_000)),
    void: deed(routes.voidOrder, (row, { itemIds }) => actions.void(row, itemIds)),
    refund: deed(routes.refundOrder, actions.refund),
    'void-decision': deed(routes.decideVoidByOperator, (row, { requestId, decision }) =>
      decideVoid(orderDeps, row, `decideVoid/${randomUUID()}`, { ...by, requestId, decision }),
    ),
    complete: deed(routes.completeShort, (row) => actions.complete(row)),
  } satisfies Record<Exclude<OperatorActionName, 'redeliver' | 'cancel' | 'redeem' | 'reverse' | 'note'>, unknown>;

  return { ...actions, deeds: Object.entries(deeds) as unknown as (readonly [keyof typeof deeds, OrderDeed])[] };
};
