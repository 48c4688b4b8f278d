import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import { type KeptMessage, markOf } from '../src/domain/kept-message';
import type { TimelineEvent } from '../src/domain/messages';
import { messageOf } from '../src/first-interface/kept-messages';
import { sha256 } from '../src/sealing/key-ring';
import { openOrder } from '../src/sealing/order-row';
import { answeredEvents, hearAnswer, outcomeOf } from '../src/second-interface/acknowledge-message';
import { type CallsOut, callIssuer, issuerAndRow, triesOf, tryEntries } from './call-issuer';

export interface MessageName extends OrderName {
  readonly messageId: string;
}

/** Of codes, the longest. */
const answerLimitBytes = 1024 * 1024;

const sentEvents = {
  paid: 'notice_sent',
  code: 'code_requested',
  closing: 'code_requested',
  void_request: 'void_requested',
} as const satisfies Record<KeptMessage['kind'], TimelineEvent>;

/** Its issuer asked for a message once more: one attempt with the same bytes and id, whose answer counts as ever. */
export const createReplayMessage = (deps: CallsOut) => ({
  replayMessage: async ({ messageId, ...order }: MessageName): Promise<'sent' | 'failed'> => {
    const [issuer, row] = await issuerAndRow(deps, order);
    const kept = row.messages?.find(({ id }) => id === messageId);
    const message = kept && messageOf(row, kept, openOrder(deps.ring, row).token);
    if (!kept || !message) throw ApplicationFailure.nonRetryable('the order has no such message', 'message_unknown');
    const sent = sentEvents[kept.kind];
    const tryNumber = triesOf(row, sent, messageId) + 1;
    const answer = await callIssuer(deps, issuer, messageId, message, {
      answerLimitBytes,
      forced: row.facts.forced,
    });
    const isBare = answer.status === 202 || answer.status === 204;
    const said = isBare ? undefined : (answer.json ?? null);
    const flaws = isBare ? [] : answer.unread;
    const call = sha256(`replay:${messageId}:${JSON.stringify(said ?? null)}`);
    const heard = answer.ok ? await hearAnswer(deps.orderDeps, row, kept, call, said, flaws) : undefined;
    deps.orderDeps.answered.note(row, call);
    const isTaken = heard !== undefined && !('code' in heard);
    const outcome = { replay: true, ...(heard ? outcomeOf(heard) : {}) };
    const names = { sent, answered: answeredEvents[kept.kind] };
    const entries = tryEntries(deps, names, messageId, tryNumber, answer, outcome, markOf(kept.kind));
    await deps.orderDeps.orders.recordTry(order, kept.kind === 'void_request' ? entries.slice(1) : entries, {
      notified: isTaken && kept.kind === 'paid',
      ...(isTaken ? { tried: { message: { ...kept, taken: 'acknowledged' }, isNew: false } } : {}),
    });
    return isTaken ? 'sent' : 'failed';
  },
});
