import { ApplicationFailure } from '@temporalio/common';
import { type KeptMessage, linesOfKind, markOf } from '../src/domain/kept-message';
import type { TimelineEntry } from '../src/domain/messages';
import { messageOf } from '../src/first-interface/kept-messages';
import { macOfMessage, openOrder } from '../src/sealing/order-row';
import type { IssuerRow } from '../src/store/issuers';
import type { OrderRow } from '../src/store/orders';
import { type CallsOut, callIssuer, type IssuerAnswer, notTried, triesOf, tryEntries } from './call-issuer';

/**
 * For an issuer that fetches its messages: its order's row offers this one, and nobody is called. Resolves to whether it
 * was acknowledged.
 *
 * @throws ApplicationFailure not tried, until it is: what the issuer answers is heard elsewhere, and who waits here looks
 * now and then whether the issuer is called again.
 */
export const isAcknowledged = async (
  { orderDeps, nowMs }: CallsOut,
  { callback }: IssuerRow,
  row: OrderRow,
  message: KeptMessage,
): Promise<boolean> => {
  const kept = row.messages?.find(({ id }) => id === message.id);
  if (kept?.taken === 'acknowledged') return true;
  if (callback.kind !== 'pull') return false;
  const own = bound(orderDeps, row, message);
  // One that is not as it was made is made anew: no reader is given it.
  if (kept?.mac !== own.mac || row.toGive === undefined) await orderDeps.pulls.offer(row, own, nowMs());
  const lookAgainMs = Math.min(Math.max(lookAgainFirstMs, (nowMs() - message.atMs) / 2), lookAgainMaxMs);
  throw notTried('fetched', 'the issuer fetches its messages', Math.round(lookAgainMs));
};

const bound = ({ ring }: Pick<CallsOut, 'ring'>, row: OrderRow, message: KeptMessage): KeptMessage => ({
  ...message,
  mac: macOfMessage(openOrder(ring, row), message),
});

/** The longer a message waits to be fetched, the less often its order looks. */
const lookAgainFirstMs = 5_000;
const lookAgainMaxMs = 60_000;

interface Tried {
  readonly tryNumber: number;
  readonly answer: IssuerAnswer;
  /** Its lines, once it is known what came of it. */
  readonly lines: (outcome?: TimelineEntry['detail']) => TimelineEntry[];
}

/** One call with a message that waits for an answer. How that is read, and when it comes again, is for its kind to say. */
export const tryMessage = async (
  deps: CallsOut,
  issuer: IssuerRow,
  row: OrderRow,
  kept: KeptMessage,
  answerLimitBytes?: number,
): Promise<Tried> => {
  const message = messageOf(row, kept, openOrder(deps.ring, row).token);
  if (!message) throw ApplicationFailure.nonRetryable('the order has no such message', 'message_unknown');
  const { answered, sent = answered } = linesOfKind[kept.kind];
  const tryNumber = triesOf(row, sent, kept.id) + 1;
  const { forced } = row.facts;
  const answer = await callIssuer(deps, issuer, kept.id, message, {
    forced,
    ...(answerLimitBytes === undefined ? {} : { answerLimitBytes }),
  });
  return {
    tryNumber,
    answer,
    lines: (outcome) => {
      const both = tryEntries(deps, { sent, answered }, kept.id, tryNumber, answer, outcome, markOf(kept.kind));
      return sent === answered ? both.slice(1) : both;
    },
  };
};

/** Written with its lines. A message that the row has not had yet is kept from its first attempt on. */
export const recordMessage = async (
  { orderDeps }: CallsOut,
  row: OrderRow,
  kept: KeptMessage,
  lines: readonly TimelineEntry[],
  isAnswered: boolean,
): Promise<void> => {
  const own = bound(orderDeps, row, kept);
  const message = isAnswered ? ({ ...own, taken: 'answered' } as const) : own;
  const isNew = !row.messages?.some(({ id }) => id === kept.id);
  const notified = isAnswered && kept.kind === 'paid';
  await orderDeps.orders.recordTry(row, lines, { notified, tried: { message, isNew } });
};
