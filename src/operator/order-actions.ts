import { randomUUID } from 'node:crypto';
import type { VoidDecision } from '../domain/messages';
import type { Terminal } from '../domain/order';
import { completeOrder } from '../second-interface/after-sale/complete-order';
import { expectRedeliverable, redeliverCodes } from '../second-interface/after-sale/redeliver-codes';
import { voidItems } from '../second-interface/after-sale/void-items';
import { decideVoid, requestVoid } from '../second-interface/after-sale/void-requests';
import {
  type AskedMessage,
  askOrder,
  engineUnavailable,
  expectNotRefused,
  type OrderDeps,
} from '../second-interface/ask-order';
import { cancelOrder } from '../second-interface/cancel-order';
import { findOrder } from '../second-interface/find-order';
import type { OrderRow } from '../store/orders';

export type OrderActions = ReturnType<typeof createOrderActions>;

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

  return {
    renotify: (row: OrderRow) => ask(row, { kind: 'renotify' }),
    extend: (row: OrderRow, extensionMs: number) => ask(row, { kind: 'extend', extensionMs }),
    redeliver: (row: OrderRow, terminal?: Terminal, newLink?: boolean) =>
      redeliverCodes(orderDeps, row, `redeliver/${randomUUID()}`, {
        by: 'operator',
        isRightToken: true,
        terminal,
        newLink,
      }),
    /** Whether it would be taken now. */
    expectRedeliverable: (row: OrderRow, terminal: Terminal): void =>
      expectRedeliverable(orderDeps, row, { by: 'operator', isRightToken: true, terminal }),
    void: async (row: OrderRow, itemIds?: readonly string[]) =>
      known(await voidItems(orderDeps, row, `void/${randomUUID()}`, { by: 'operator', isRightToken: true, itemIds })),
    refund: (row: OrderRow, asked: { readonly itemIds?: readonly string[] | undefined; readonly reason: string }) =>
      requestVoid(orderDeps, row, `requestVoid/${randomUUID()}`, { by: 'operator', ...asked }),
    decideVoid: (row: OrderRow, asked: { readonly requestId: string; readonly decision: VoidDecision }) =>
      decideVoid(orderDeps, row, `decideVoid/${randomUUID()}`, { by: 'operator', isRightToken: true, ...asked }),
    complete: async (row: OrderRow) =>
      known(await completeOrder(orderDeps, row, `complete/${randomUUID()}`, { by: 'operator', isRightToken: true })),
    cancel: async (row: OrderRow, reason = 'operator') => {
      await cancelOrder(orderDeps, row, randomUUID(), { reason }, 'operator');
      return findOrder({ orderDeps }, row.issuerId, row.orderNo);
    },
  };
};
