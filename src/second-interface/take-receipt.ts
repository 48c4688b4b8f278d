import { setTimeout as pause } from 'node:timers/promises';
import type { Receipt } from '../contract/platform/receipts';
import { Failure } from '../domain/failures';
import type { OrderName } from '../domain/ids';
import type { OrderEvent, TimelineEntry } from '../domain/messages';
import { wasOpened } from '../store/opened-at';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { isSettled } from './is-settled';

/** Others may change the same row: each round one of them gets through. */
const triesMax = 20;
const pauseMaxMs = 30;
/** Usually the order knows a moment later: who told us sees what came of it. */
export const settlesWithinMs = 2_000;
const lookEveryMs = 100;

/** As the channel named the message: a mail's id has a domain behind it, and perhaps brackets around. */
const ownIdOf = (messageId: string): string => /^<?([^@<>]+)/.exec(messageId)?.[1] ?? '';

/**
 * What became of a message. Of an unknown one nothing is said, and of an older one a line is kept. A bounce of the newest
 * one is an event, unless the buyer has seen the codes. A receipt may be faster than the order, which does not know yet
 * that its message was taken: it is kept, and a bounce is told once the order is delivered.
 *
 * @throws Failure `unavailable` where the row changed at every try.
 */
export const takeReceipt = async (
  deps: Pick<OrderDeps, 'orders' | 'gateway' | 'nowMs'>,
  channel: string,
  { messageId, event }: Receipt,
  endMs: number,
): Promise<void> => {
  const { orders, gateway, nowMs } = deps;
  const id = ownIdOf(messageId);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const row = await orders.findByMessage(id);
    if (!row) return;
    const isNewest = row.sentMessages?.at(-1) === id && row.terminal.channel === channel;
    const atMs = nowMs();
    const again = isNewest && row.resent ? `.${row.resent}` : '';
    const line: TimelineEntry = {
      key: `receipt.${id}.${event}${again}`,
      atMs,
      event: 'receipt',
      detail: { message: id, event },
    };
    if (row.timeline.some(({ key }) => key === line.key)) return;
    if (!isNewest || (event === 'bounced' && wasOpened(row))) return orders.recordTry(row, [line]);
    const told = event === 'bounced' && isDelivered(row, nowMs()) ? bounce(row, atMs) : undefined;
    if (await orders.takeReceipt(row, { event, atMs }, line, told)) {
      const sequence = told?.sequence ?? (await onceSettled(deps, row, endMs));
      // Where this is lost the reconciler tells it: it is in the outbox.
      if (sequence !== undefined) gateway.startEvent(row, sequence).catch(() => undefined);
      return;
    }
    await pause(Math.random() * pauseMaxMs);
  }
  throw new Failure('unavailable', { retryAfterSeconds: 1 });
};

/** What is not settled by then the order's own projection finds. */
const onceSettled = async (
  deps: Pick<OrderDeps, 'orders' | 'nowMs'>,
  order: OrderName,
  endMs: number,
): Promise<number | undefined> => {
  for (let row = await deps.orders.find(order); row && deps.nowMs() < endMs; row = await deps.orders.find(order)) {
    if (isDelivered(row, deps.nowMs())) return tellEarlyBounce(deps, order);
    await pause(lookEveryMs);
  }
  return undefined;
};

/** Called when the order has settled that its message was taken: resolves to the event of a bounce that came before that. */
export const tellEarlyBounce = async (
  { orders, nowMs }: Pick<OrderDeps, 'orders' | 'nowMs'>,
  order: OrderName,
): Promise<number | undefined> => {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const row = await orders.find(order);
    if (row?.receipt?.event !== 'bounced' || row.bouncedAt || !isDelivered(row, nowMs()) || wasOpened(row))
      return undefined;
    const told = bounce(row, nowMs());
    if (await orders.tellBounce(row, told)) return told.sequence;
  }
  throw new Error('the row changed at every try');
};

/** Its workflow has written its end, and counts no more events. */
const isDelivered = (row: OrderRow, nowMs: number): boolean => row.facts.state === 'delivered' && isSettled(row, nowMs);

const bounce = ({ facts }: OrderRow, atMs: number): OrderEvent => ({
  sequence: facts.sequence + 1,
  type: 'order.undeliverable',
  atMs,
  state: facts.state,
});
