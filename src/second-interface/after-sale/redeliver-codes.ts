import { isDeepStrictEqual } from 'node:util';
import { keptByOrder, terminalOfOrder } from '../../channels/kept-terminal';
import { changedSecrets, correctedTerminal, hasPage } from '../../channels/terminals';
import { Failure } from '../../domain/failures';
import { decide } from '../../domain/judge/decide';
import { hasFailedDelivery } from '../../domain/judge/delivery';
import type { Asker, OrderMessage } from '../../domain/messages';
import { type ChangedSecrets, isCalled, isFinal, type Terminal } from '../../domain/order';
import { unwrapOrderKey } from '../../sealing/order-keys';
import { openOrder } from '../../sealing/order-row';
import { wasOpened } from '../../store/opened-at';
import type { Correction, NewLink, OrderRow, RowChange } from '../../store/orders';
import { askOrder, engineUnavailable, expectNotRefused, type OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';
import { findOrder } from '../find-order';
import { deliveryState } from '../order-body';

interface Redelivery {
  readonly by: Asker;
  readonly isRightToken: boolean;
  readonly terminal?: Terminal | undefined;
  readonly newLink?: boolean | undefined;
}

type Message = OrderMessage & { readonly kind: 'redeliver' };

/**
 * The good codes are delivered again: by the order itself while its delivery is under way, by a workflow of its own once
 * it is delivered. The message keeps its id while codes, terminal and link are the same.
 *
 * @throws Failure `token_mismatch`, `not_issued`, `order_closed`, `code_void`, `terminal_fixed`, `rate_limited`,
 * `in_progress`, `unavailable`.
 */
export const redeliverCodes = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  asked: Redelivery,
): Promise<OrderRow> => {
  if (!isFinal(row.facts.state)) {
    const after = await askInWorkflow(deps, row, updateId, asked);
    if (!isFinal(after.facts.state)) return after;
  }
  const isSeenAtItsEnd = isFinal(row.facts.state);
  const { row: after } = await changeRow(deps, row, async (newest) => {
    // Named beside the terminal that it had: whether that is another one, and needs a second person, was asked of that.
    if (asked.terminal && isSeenAtItsEnd && !isDeepStrictEqual(newest.terminal, row.terminal))
      throw new Failure('in_progress', { detail: 'The order has another terminal since then', retryAfterSeconds: 1 });
    const correction = correctionOf(deps, newest, updateId, asked);
    const message = messageFor(newest, asked, correction);
    return {
      message,
      itemIds: [],
      // A page holds the codes already.
      afterSale: isCalled((correction ?? newest).terminal.channel) ? { kind: 'redeliver' } : undefined,
      change: {
        redeliveredAt: new Date(deps.nowMs()),
        ...(correction ? { terminal: correction.terminal } : {}),
        ...(message.newLink ? nextLink(deps, newest) : {}),
        ...(message.newLink || correction?.changed.secretsSet ? newTries(newest) : {}),
      },
    };
  });
  return after;
};

/** By what its row says, for whoever asks before it is done. @throws Failure as above */
export const expectRedeliverable = (deps: OrderDeps, row: OrderRow, asked: Redelivery): void => {
  const message = messageFor(row, asked, correctionOf(deps, row, 'asked', asked));
  expectNotRefused(decide(row.facts, [], message, deps.nowMs()).answer, row.facts, deps.nowMs());
};

/** Another terminal stands in the row before the order hears of it, by reference. */
const askInWorkflow = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  asked: Redelivery,
): Promise<OrderRow> => {
  const correction = correctionOf(deps, row, updateId, asked);
  const message = messageFor(row, asked, correction);
  if (message.newLink) await renewLink(deps, row, message);
  if (correction) await deps.orders.keepCorrection(row, { ref: correction.ref, terminal: correction.terminal });
  const judged = await askOrder(deps, row, updateId, message);
  // It may be judged yet, and finds its terminal then.
  if (judged === 'unavailable') throw engineUnavailable();
  if (correction && judged.answer.kind === 'refused') await deps.orders.dropCorrection(row, correction.ref);
  expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
  return { ...judged.row, terminal: correction?.terminal ?? judged.row.terminal };
};

/** Sealed as it will be in its row; undefined where no terminal is named, or the one that the order has. */
const correctionOf = (
  { ring }: OrderDeps,
  row: OrderRow,
  ref: string,
  { terminal }: Redelivery,
): (Correction & { readonly changed: ChangedSecrets }) | undefined => {
  if (!terminal) return undefined;
  const was = terminalOfOrder(ring, row);
  const next = correctedTerminal(terminal, was);
  if (isDeepStrictEqual(next, was)) return undefined;
  return { ref, terminal: keptByOrder(next, openOrder(ring, row), row._id), changed: changedSecrets(next, was) };
};

const messageFor = (
  row: OrderRow,
  { by, isRightToken, terminal, newLink }: Redelivery,
  correction: ReturnType<typeof correctionOf>,
): Message => ({
  kind: 'redeliver',
  by,
  isRightToken,
  ...(correction
    ? { terminal: { ref: correction.ref, channel: correction.terminal.channel, ...correction.changed } }
    : {}),
  ...(terminal && !correction ? { terminal: 'same' } : {}),
  ...(hasFailedDelivery(row.facts.state, deliveryState(row), row.timeline) ? { hasFailed: true } : {}),
  ...(newLink && hasPage(terminal ?? row.terminal) ? { newLink } : {}),
});

/** Before the order hears of it, as its delivery then begins at once; only where its row says that it may be. */
const renewLink = async (deps: OrderDeps, row: OrderRow, message: Message): Promise<void> => {
  expectNotRefused(decide(row.facts, [], message, deps.nowMs()).answer, row.facts, deps.nowMs());
  const newest = await findOrder({ orderDeps: deps }, row.issuerId, row.orderNo);
  // Another call has renewed it in this moment: one new link is enough.
  await deps.orders.renewLink(newest, nextLink(deps, newest));
};

/** At its PIN: whoever had the link of before keeps nobody out. Locks to come are as long as they would be. */
const newTries = ({ pinAttempts }: OrderRow): RowChange =>
  pinAttempts ? { pinAttempts: { ...pinAttempts, count: 0 } } : {};

/** Whoever had the one before may have made a gift of it, which ends as well while nobody has seen the codes. */
const nextLink = ({ ring }: OrderDeps, row: OrderRow): NewLink => {
  const pickupLink = (row.pickupLink ?? 1) + 1;
  const { pickupHash } = unwrapOrderKey(ring, row._id, row.wrappedKey, pickupLink);
  return { pickupLink, pickupHash, ...(wasOpened(row) ? {} : { gift: { n: row.gift?.n ?? 0 } }) };
};
