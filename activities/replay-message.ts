import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import { isOwnMessage, openOrder } from '../src/sealing/order-row';
import { hearAnswer, outcomeOf } from '../src/second-interface/acknowledge-message';
import { answerName } from '../src/second-interface/answer-name';
import { type CallsOut, issuerAndRow } from './call-issuer';
import { tryMessage } from './try-message';

export interface MessageName extends OrderName {
  readonly messageId: string;
}

/** Of codes, the longest. */
const answerLimitBytes = 1024 * 1024;

/** Its issuer asked for a message once more: one attempt with the same bytes and id, whose answer counts as ever. */
export const createReplayMessage = (deps: CallsOut) => ({
  replayMessage: async ({ messageId, ...order }: MessageName): Promise<'sent' | 'failed'> => {
    const [issuer, row] = await issuerAndRow(deps, order);
    const kept = row.messages?.find(({ id }) => id === messageId);
    if (!kept || !isOwnMessage(openOrder(deps.ring, row), kept))
      throw ApplicationFailure.nonRetryable('the order has no such message', 'message_unknown');
    const { answer, lines } = await tryMessage(deps, issuer, row, kept, answerLimitBytes);
    const isBare = answer.status === 202 || answer.status === 204;
    const said = isBare ? undefined : (answer.json ?? null);
    const flaws = isBare ? [] : answer.unread;
    const call = answerName(deps.orderDeps, 'replay', messageId, said);
    const heard = answer.ok ? await hearAnswer(deps.orderDeps, (say) => say(row), kept, call, said, flaws) : undefined;
    deps.orderDeps.answered.note(row, call);
    const isTaken = heard !== undefined && !('code' in heard);
    const outcome = { replay: true, ...(heard ? outcomeOf(heard) : {}) };
    await deps.orderDeps.orders.recordTry(order, lines(outcome), {
      notified: isTaken && kept.kind === 'paid',
      ...(isTaken ? { tried: { message: { ...kept, taken: 'acknowledged' }, isNew: false } } : {}),
    });
    return isTaken ? 'sent' : 'failed';
  },
});
