import { setTimeout as pause } from 'node:timers/promises';
import type { Receipt } from '../contract/platform/receipts';
import { Failure } from '../domain/failures';
import type { OrderEvent, TimelineEntry } from '../domain/messages';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';

const triesMax = 5;
/** A receipt may be faster than the order's own note that the message was taken. */
export const deliveredWithinMs = 3_000;
const lookEveryMs = 100;

/** As the channel named the message: a mail's id has a domain behind it, and perhaps brackets around. */
const ownIdOf = (messageId: string): string => /^<?([^@<>]+)/.exec(messageId)?.[1] ?? '';

/**
 * What became of a message. Of an unknown one nothing is said, and of an older one a line is kept. A bounce of the newest
 * one is an event, unless the buyer has seen the codes.
 *
 * @throws Failure `unavailable` where the order has not settled by `endMs` that the message was taken.
 */
export const takeReceipt = async (
  { orders, gateway, nowMs }: Pick<OrderDeps, 'orders' | 'gateway' | 'nowMs'>,
  channel: string,
  { messageId, event }: Receipt,
  endMs: number,
): Promise<void> => {
  const id = ownIdOf(messageId);
  for (let tries = 0; tries < triesMax; ) {
    const row = await orders.findByMessage(id);
    if (!row) return;
    const atMs = nowMs();
    const line: TimelineEntry = {
      key: `receipt.${id}.${event}`,
      atMs,
      event: 'receipt',
      detail: { message: id, event },
    };
    if (row.timeline.some(({ key }) => key === line.key)) return;
    const isNewest = row.sentMessages?.at(-1) === id && row.terminal.channel === channel;
    if (!isNewest || (event === 'bounced' && isOpened(row))) return orders.recordTry(row, [line]);
    if (row.facts.state !== 'delivered') {
      if (nowMs() > endMs) {
        throw new Failure('unavailable', { detail: 'The message is still being settled', retryAfterSeconds: 5 });
      }
      await pause(lookEveryMs);
      continue;
    }
    tries += 1;
    const told = event === 'bounced' ? bounce(row, atMs) : undefined;
    if (!(await orders.takeReceipt(row, { event, atMs }, line, told))) continue;
    // Where this is lost the reconciler tells it: it is in the outbox.
    if (told) gateway.startEvent(row, told.sequence).catch(() => undefined);
    return;
  }
  throw new Failure('unavailable', { retryAfterSeconds: 1 });
};

const isOpened = ({ timeline }: Pick<OrderRow, 'timeline'>): boolean =>
  timeline.some(({ event }) => event === 'opened');

const bounce = ({ facts }: OrderRow, atMs: number): OrderEvent => ({
  sequence: facts.sequence + 1,
  type: 'order.undeliverable',
  atMs,
  state: facts.state,
});
