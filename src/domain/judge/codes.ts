import type { FailureCode } from '../failures';
import type { CodeReference, OrderMessage } from '../messages';
import { type HeldCode, isClosed, outstanding } from '../order';
import type { Decision, Judges, Ruling } from './ruling';

const judgeCodes = (ruling: Ruling, message: OrderMessage & { kind: 'codes' }): Decision => {
  const { facts, held } = ruling;
  const refuse = (code: FailureCode): Decision =>
    ruling.note('codes_judged', { verdict: code, codes: message.items.length }).refuse(code);
  const { isRightToken } = message;
  if (isClosed(facts.state) || facts.short) {
    return ruling
      .note('codes_judged', { verdict: 'order_closed', codes: message.items.length, late: isRightToken })
      .answer({ kind: 'refused', code: 'order_closed', late: isRightToken });
  }
  if (!isRightToken) {
    ruling.countFailure();
    return refuse('token_mismatch');
  }
  if (!facts.verification) return ruling.refuse('not_verified');
  const sorted = sortCodes(held, message.items);
  if (sorted === 'conflict' || sorted.fresh.length > outstanding(facts)) return refuse('code_conflict');
  if (message.reused) return refuse('code_reused');

  const added = sorted.fresh.map((item) => ({ ...item, submissionId: message.submissionId }));
  const left = outstanding(facts) - added.length;
  ruling.note('codes_judged', {
    verdict: 'accepted',
    codes: message.items.length,
    fresh: added.length,
    outstanding: left,
  });
  if (added.length > 0) {
    ruling.hold(added);
    if (left === 0) ruling.beginDelivery();
    else if (facts.state === 'verified') ruling.move('partially_issued');
  }
  return ruling.answer({ kind: 'codes', accepted: message.items.length, outstanding: left, isNew: added.length > 0 });
};

/** Called before a claim as well, so that a repeat of held codes is known without one. */
const sortCodes = (
  held: readonly HeldCode[],
  items: readonly CodeReference[],
): { fresh: CodeReference[] } | 'conflict' => {
  const byItem = new Map(held.map((code) => [code.itemId, code]));
  const byValue = new Map(held.map((code) => [code.valueFingerprint, code]));
  const fresh: CodeReference[] = [];
  for (const item of items) {
    const same = byItem.get(item.itemId);
    if (same && same.fingerprint !== item.fingerprint) return 'conflict';
    if (same) continue;
    if (byValue.has(item.valueFingerprint)) return 'conflict';
    fresh.push(item);
  }
  return { fresh };
};

/** Whether codes of this very call are among those that the order holds: a repeat under another name holds nothing new. */
export const holdsSubmission = (held: readonly HeldCode[], message: OrderMessage): boolean =>
  message.kind === 'codes' && held.some(({ submissionId }) => submissionId === message.submissionId);

export const codeJudges = {
  codes: judgeCodes,
} satisfies Partial<Judges>;
