import { randomUUID } from 'node:crypto';
import type { OrderAction, QueuedAction } from '../contract/operator/orders';
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
import { findAnyOrder } from '../second-interface/find-order';
import type { OrderRow } from '../store/orders';

export type OrderActions = ReturnType<typeof createOrderActions>;

/** One whose call is answered with the order. */
interface OrderDeed<Body extends object = object> {
  readonly route: OrderAction<Body>;
  readonly run: (row: OrderRow, body: Body) => Promise<OrderRow>;
}

type AnsweredOtherwise = 'redeliver' | 'cancel' | 'redeem' | 'reverse' | 'note';

interface QueuedDeed<Body extends object = object> {
  readonly route: QueuedAction<Body>;
  readonly run: (row: OrderRow, body: Body) => Promise<OrderRow | 'unavailable'>;
}

interface Reasoned {
  readonly reason?: string | undefined;
}

const deed = <Body extends object>(route: OrderAction<Body>, run: OrderDeed<Body>['run']) => ({ route, run });
const queuedDeed = <Body extends object>(route: QueuedAction<Body>, run: QueuedDeed<Body>['run']) => ({ route, run });

/** What an operator may do to one order, alone or in a batch. */
export const createOrderActions = (orderDeps: OrderDeps) => {
  const ask = async (row: OrderRow, message: AskedMessage): Promise<OrderRow> => {
    const judged = await askOrder(orderDeps, row, `${message.kind}/${randomUUID()}`, message);
    if (judged === 'unavailable') throw engineUnavailable();
    expectNotRefused(judged.answer, judged.row.facts, orderDeps.nowMs());
    return judged.row;
  };

  const by = { by: 'operator', isRightToken: true } as const;

  const actions = {
    renotify: (row: OrderRow) => ask(row, { kind: 'renotify' }),
    extend: (row: OrderRow, extensionMs: number) => ask(row, { kind: 'extend', extensionMs }),
    /** `id`: of what may be asked for once more. */
    redeliver: (row: OrderRow, terminal?: Terminal, newLink?: boolean, id: string = randomUUID()) =>
      redeliverCodes(orderDeps, row, `redeliver/${id}`, { ...by, terminal, newLink }),
    /** Whether it would be taken now. */
    expectRedeliverable: (row: OrderRow, terminal: Terminal): void =>
      expectRedeliverable(orderDeps, row, { ...by, terminal }),
    void: (row: OrderRow, asked: Reasoned & { readonly itemIds?: readonly string[] | undefined } = {}) =>
      voidItems(orderDeps, row, `void/${randomUUID()}`, { ...by, itemIds: asked.itemIds, reason: asked.reason }),
    refund: (row: OrderRow, asked: { readonly itemIds?: readonly string[] | undefined; readonly reason: string }) =>
      requestVoid(orderDeps, row, `requestVoid/${randomUUID()}`, { by: 'operator', ...asked }),
    complete: (row: OrderRow, { reason }: Reasoned = {}) =>
      completeOrder(orderDeps, row, `complete/${randomUUID()}`, { ...by, reason }),
    cancel: async (row: OrderRow, reason = 'operator') => {
      await cancelOrder(orderDeps, row, randomUUID(), { reason }, 'operator');
      return findAnyOrder({ orderDeps }, row.issuerId, row.orderNo);
    },
  };

  /** 202 while the engine is away. */
  const queuedDeeds = {
    void: queuedDeed(routes.voidOrder, actions.void),
    complete: queuedDeed(routes.completeShort, actions.complete),
  };

  /** Those whose call is answered otherwise stand in api/operator/orders.ts. */
  const deeds = {
    renotify: deed(routes.renotifyOrder, actions.renotify),
    extend: deed(routes.extendOrder, (row, { seconds }) => actions.extend(row, seconds * 1_000)),
    refund: deed(routes.refundOrder, actions.refund),
    'void-decision': deed(routes.decideVoidByOperator, (row, { requestId, decision, reason }) =>
      decideVoid(orderDeps, row, `decideVoid/${randomUUID()}`, { ...by, requestId, decision, text: reason }),
    ),
  } satisfies Record<Exclude<OperatorActionName, AnsweredOtherwise | keyof typeof queuedDeeds>, unknown>;

  return {
    ...actions,
    deeds: Object.entries(deeds) as unknown as (readonly [keyof typeof deeds, OrderDeed])[],
    queuedDeeds: Object.entries(queuedDeeds) as unknown as (readonly [keyof typeof queuedDeeds, QueuedDeed])[],
  };
};
