import { isDeepStrictEqual } from 'node:util';
import { keptByOrder, terminalOfOrder } from '../../channels/kept-terminal';
import { Failure } from '../../domain/failures';
import { goodCount } from '../../domain/items';
import { isCalled, type Terminal } from '../../domain/order';
import type { AskedMessage } from '../../order-messages/order-messages';
import { unwrapOrderKey } from '../../sealing/order-keys';
import type { OrderRow } from '../../store/orders';
import type { OrderDeps } from '../ask-order';
import { deliveryState } from '../order-body';
import { startAfterSale } from './start-after-sale';

type Ask = (row: OrderRow, message: AskedMessage) => Promise<OrderRow>;

/**
 * An operator has the codes delivered again: by the order itself while it waits undeliverable, by a workflow of its own
 * once it is closed, under the same webhook-id.
 *
 * @throws Failure `not_issued`, `order_closed`, `code_void`, `terminal_fixed`, `unavailable`.
 */
export const redeliverCodes = async (
  deps: OrderDeps,
  row: OrderRow,
  ask: Ask,
  terminal?: Terminal,
): Promise<OrderRow> => {
  const corrected = terminal ? correction(deps, row, terminal) : undefined;
  if (corrected && !corrected.isSame && row.facts.state === 'delivered' && canGoElsewhere(row)) {
    return deliverElsewhere(deps, row, corrected.terminal);
  }
  const after = await ask(row, { kind: 'redeliver', ...corrected });
  const isClosedDelivery = after.facts.state === 'delivered';
  // A page holds the codes already.
  if (isClosedDelivery && isCalled(after.terminal.channel)) await startAfterSale(deps, after, { kind: 'redeliver' });
  return after;
};

const canGoElsewhere = (row: OrderRow): boolean =>
  goodCount(row.facts) > 0 && ['bounced', 'failed'].includes(deliveryState(row));

/** Its message came back after the order was closed: a new message, to another terminal. */
const deliverElsewhere = async (deps: OrderDeps, row: OrderRow, terminal: Terminal): Promise<OrderRow> => {
  const deliveryMessage = { n: (row.facts.deliveryMessage?.n ?? 1) + 1, atMs: deps.nowMs() };
  const state = isCalled(terminal.channel) ? 'pending' : 'delivered';
  if (!(await deps.orders.correctTerminal(row, terminal, deliveryMessage, state))) {
    throw new Failure('in_progress', { retryAfterSeconds: 1 });
  }
  const after = await deps.orders.find(row);
  if (!after) throw new Failure('order_unknown');
  if (isCalled(terminal.channel)) await startAfterSale(deps, after, { kind: 'redeliver' });
  return after;
};

/** What the order hears of it is sealed as it will be in its row. */
const correction = ({ ring }: OrderDeps, row: OrderRow, terminal: Terminal) => ({
  terminal: keptByOrder(terminal, unwrapOrderKey(ring, row._id, row.wrappedKey), row._id),
  isSame: isDeepStrictEqual(terminal, terminalOfOrder(ring, row)),
});
