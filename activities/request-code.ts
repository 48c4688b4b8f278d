import { ApplicationFailure } from '@temporalio/common';
import { type CodeAnswer, codeAnswer } from '../src/contract/code';
import { fieldErrors } from '../src/contract/problem';
import { Failure } from '../src/domain/failures';
import { codeAnswerId, type OrderName } from '../src/domain/ids';
import { decide } from '../src/domain/judge/decide';
import type { KeptMessage } from '../src/domain/kept-message';
import type { AskedCall, OrderMessage, RefusalReason, TimelineEntry, UnreadField } from '../src/domain/messages';
import { shownErrors } from '../src/domain/shown-errors';
import { ownMessageId } from '../src/first-interface/message-id';
import { codeRequestDelayMs, lengthenedDelayMs } from '../src/outbound/schedule';
import { claimCodes, settleClaim } from '../src/second-interface/claim-codes';
import { keptText } from '../src/second-interface/kept-text';
import type { OrderRow } from '../src/store/orders';
import { afterAnswer, type CallsOut, type IssuerAnswer, issuerAndRow } from './call-issuer';
import { isAcknowledged, recordMessage, tryMessage } from './try-message';

export interface CodeRequest extends OrderName {
  readonly n: number;
  readonly atMs: number;
  readonly outstanding: number;
  readonly verifyByMs: number;
  readonly issueByMs: number;
  /** Of the last call, `order.closing`. */
  readonly closesByMs?: number;
  /** The verification that it follows. */
  readonly after?: AskedCall;
}

export type CodeRequestResult =
  | { readonly kind: 'issuing' }
  | { readonly kind: 'issued'; readonly message: OrderMessage & { readonly kind: 'codes' } }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly textRef?: string };

const answerLimitBytes = 1024 * 1024;

/** First interface: `order.code_requested`, `order.closing` and their three answers (rule 4). One run is one try. */
export const createRequestCode = (deps: CallsOut) => ({
  requestCode: async (request: CodeRequest): Promise<CodeRequestResult> => {
    const [[issuer, row]] = await Promise.all([issuerAndRow(deps, request), afterAnswer(deps, request, request.after)]);
    const { closesByMs } = request;
    const isLastCall = closesByMs !== undefined;
    const messageId = ownMessageId(request, isLastCall ? 'closing' : 'code', request.n);
    const { atMs, outstanding, verifyByMs, issueByMs } = request;
    const facts = { id: messageId, atMs, outstanding, verifyByMs, issueByMs };
    const kept: KeptMessage = isLastCall ? { ...facts, kind: 'closing', closesByMs } : { ...facts, kind: 'code' };
    if (await isAcknowledged(deps, issuer, row, kept)) return { kind: 'issuing' };
    const { tryNumber, answer, lines } = await tryMessage(deps, issuer, row, kept, answerLimitBytes);
    const read: CodeAnswer | Unusable = answer.ok ? readAnswer(answer) : { problem: answer.problem ?? 'failed' };
    const result = 'problem' in read ? read : await resultOf(deps, row, codeAnswerId(messageId, tryNumber), read);
    deps.meter.of(row).codeAnswer('problem' in result ? problemClass(answer, result.problem) : result.kind);
    const outcome: TimelineEntry['detail'] =
      'problem' in result
        ? { ok: false, problem: result.problem, ...(result.errors ? { errors: shownErrors(result.errors) } : {}) }
        : { answer: result.kind };
    await recordMessage(deps, row, kept, lines(outcome), !('problem' in result));
    if (!('problem' in result)) return result;
    const { noticeDelaysSeconds } = await deps.orderDeps.settings.effectiveFor(issuer, row.product.id);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of the ${isLastCall ? 'last call' : 'code request'}: ${result.problem}`,
      nextRetryDelay: lengthenedDelayMs(codeRequestDelayMs(tryNumber, noticeDelaysSeconds), answer.retryAfterMs),
    });
  },
});

/** A try without a 2xx is told by the callback's own metric; here it is one result among the others. */
const problemClass = (answer: IssuerAnswer, problem: string): string => (answer.ok ? problem : 'failed');

interface Unusable {
  readonly problem: string;
  readonly errors?: readonly UnreadField[];
}

const readAnswer = (answer: IssuerAnswer): CodeAnswer | Unusable => {
  if (answer.status === 202 || answer.status === 204) return { status: 'issuing' };
  const parsed = codeAnswer.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  return { problem: 'answer_unreadable', errors: answer.unread ?? fieldErrors(parsed.error) };
};

/** Codes that `/codes` would refuse make the try a failed one; what was claimed for it is let go. */
const resultOf = async (
  { orderDeps, nowMs }: CallsOut,
  row: OrderRow,
  updateId: string,
  answer: CodeAnswer,
): Promise<CodeRequestResult | Unusable> => {
  if (answer.status === 'issuing') return { kind: 'issuing' };
  if (answer.status === 'refused') {
    const { reason, detail } = answer;
    const message = { kind: 'refuse', isRightToken: true, reason } as const;
    return { kind: 'refused', reason, ...(await keptText(orderDeps, row, updateId, message, detail)) };
  }
  try {
    const { message, submission } = await claimCodes(orderDeps, row, updateId, answer.codes);
    const held = await orderDeps.codes.references(row);
    // The row may be behind the workflow, which has the last word; here only what it would refuse for good counts.
    const facts = { ...row.facts, issued: held.length, state: 'verified' as const };
    const judged = decide(
      facts.verification ? facts : { ...facts, verification: unknownVerification },
      held,
      message,
      nowMs(),
    );
    if (judged.answer.kind !== 'refused') return { kind: 'issued', message };
    if (submission)
      await settleClaim(orderDeps, submission, { answer: judged.answer, isHeld: false, isProjected: false });
    const { code, path } = judged.answer;
    return { problem: code, ...(path !== undefined ? { errors: [{ path, code }] } : {}) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { errors } = error.extras;
    return errors
      ? { problem: 'answer_unreadable', errors: errors.map(({ path, code }) => ({ path, code })) }
      : { problem: error.code };
  }
};

/** We ask for codes only after the verification: a row that does not show it yet is only behind. */
const unknownVerification = { verifiedAtMs: 0, issueByMs: 0 };
