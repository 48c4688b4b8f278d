import { ApplicationFailure } from '@temporalio/common';
import { type VoidAnswer, voidAnswer } from '../src/contract/void-answer';
import { Failure } from '../src/domain/failures';
import type { OrderName } from '../src/domain/ids';
import type { KeptMessage } from '../src/domain/kept-message';
import type { TimelineEntry } from '../src/domain/messages';
import { ownMessageId } from '../src/first-interface/message-id';
import { lengthenedDelayMs, noticeDelayMs } from '../src/outbound/schedule';
import { hearVoidAnswer } from '../src/second-interface/acknowledge-message';
import type { OrderDeps } from '../src/second-interface/ask-order';
import type { OrderRow } from '../src/store/orders';
import { type CallsOut, type IssuerAnswer, issuerAndRow } from './call-issuer';
import { isAcknowledged, recordMessage, tryMessage } from './try-message';

export interface VoidQuestion extends OrderName {
  readonly requestId: string;
}

/** `over`: it is decided, or nobody is asked any more. */
export interface VoidAsked {
  readonly kind: 'over' | 'waiting';
}

const answerLimitBytes = 64 * 1024;

/** `order.void_requested` and its four answers (rule 17). One run is one try; what is decided stands before it ends. */
export const createAskVoid = (deps: CallsOut) => ({
  askVoid: async ({ requestId, ...order }: VoidQuestion): Promise<VoidAsked> => {
    const [issuer, row] = await issuerAndRow(deps, order);
    const request = row.facts.voidRequest;
    if (request?.requestId !== requestId || request.state !== 'open') return { kind: 'over' };
    const messageId = ownMessageId(order, 'void_request', requestId);
    const kept: KeptMessage = { id: messageId, kind: 'void_request', atMs: request.startedAtMs, requestId };
    if (await isAcknowledged(deps, issuer, row, kept)) return { kind: 'waiting' };
    const { tryNumber, answer, lines } = await tryMessage(deps, issuer, row, kept, answerLimitBytes);
    const read = readAnswer(answer);
    const result =
      'problem' in read ? read : await take(deps.orderDeps, row, requestId, `${messageId}.${tryNumber}`, read);
    const outcome: TimelineEntry['detail'] =
      'problem' in result ? { ok: false, problem: result.problem } : { answer: String(statusOf(read)) };
    await recordMessage(deps, row, kept, lines(outcome), !('problem' in result));
    if (!('problem' in result)) return result;
    const { noticeDelaysSeconds } = await deps.orderDeps.settings.effectiveFor(issuer, row.product.id);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of the void request: ${result.problem}`,
      nextRetryDelay: lengthenedDelayMs(noticeDelayMs(tryNumber, noticeDelaysSeconds), answer.retryAfterMs),
    });
  },
});

interface Problem {
  readonly problem: string;
}

const readAnswer = (answer: IssuerAnswer): VoidAnswer | Problem => {
  if (!answer.ok) return { problem: answer.problem ?? 'failed' };
  if (answer.status === 202 || answer.status === 204) return { status: 'deciding' };
  const parsed = voidAnswer.safeParse(answer.json);
  return parsed.success ? parsed.data : { problem: 'answer_unreadable' };
};

const statusOf = (read: VoidAnswer | Problem): string | undefined => ('status' in read ? read.status : undefined);

/** A decision that came in between counts, and this one does not. */
const take = async (
  deps: OrderDeps,
  row: OrderRow,
  requestId: string,
  call: string,
  answer: VoidAnswer,
): Promise<VoidAsked | Problem> => {
  try {
    return { kind: await hearVoidAnswer(deps, row, requestId, call, answer) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.retryable ? { problem: error.code } : { kind: 'over' };
  }
};
