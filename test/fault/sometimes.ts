import type { Fact } from './facts';

/** States that are dangerous only when they are reached: a run that never was there has shown nothing. */
export type Sometimes = Readonly<Record<string, number>>;

const isEvent = (type: string): boolean =>
  !['order.paid', 'order.code_requested', 'order.void_requested'].includes(type);

/** Of a mail or an SMS: an earlier try of it was answered so. */
export const thenTaken = (reply: string): string => `${reply}, then taken`;

const keyOf = ({ issuerId, orderNo }: { issuerId: string; orderNo: string }): string => `${issuerId}/${orderNo}`;

/** Counted from the logs of issuers, terminals and the supervisor. */
export const countSometimes = (
  facts: readonly Fact[],
  mended: Readonly<Record<string, number>>,
  crashed: readonly string[],
): Sometimes => {
  const counts: Record<string, number> = {};
  const add = (name: string, n = 1): void => {
    counts[name] = (counts[name] ?? 0) + n;
  };
  const lost = new Set<string>();
  const taken = new Set<string>();
  const deliveries = new Map<string, string>();
  const replies = new Map<string, readonly string[]>();
  for (const fact of facts) {
    switch (fact.what) {
      case 'unanswered':
        add(`a call without an answer: ${fact.problem}`);
        lost.add(fact.id);
        break;
      case 'answered': {
        if (lost.delete(fact.id)) add('a request repeated after a lost answer');
        if (fact.isReplay) add('a kept answer repeated');
        if (fact.status === 202) add(`202 queued: ${fact.call}`);
        if (fact.status === 503) add(`503: ${fact.call}`);
        const code = String(fact.body.code ?? '');
        if (
          ['in_progress', 'code_reused', 'not_verified', 'idempotency_mismatch', 'already_delivered'].includes(code)
        ) {
          add(`refused: ${code}`);
        }
        if (code === 'order_closed' && fact.call === 'codes') add('codes for a closed order');
        if (fact.call === 'cancellation' && fact.status === 200) add('an order cancelled by its issuer');
        break;
      }
      case 'heard':
        if (taken.has(fact.id)) add(`repeated although it was taken: ${isEvent(fact.type) ? 'an event' : fact.type}`);
        break;
      case 'replied':
        if (['ok', 'issued', 'issuing', 'refused'].includes(fact.reply)) taken.add(fact.id);
        break;
      case 'delivered': {
        const before = deliveries.get(fact.id);
        if (before !== undefined) add('a delivery repeated');
        if (before === 'ok') add('a delivery repeated although it was taken');
        deliveries.set(fact.id, fact.reply);
        break;
      }
      case 'turned_away':
        replies.set(keyOf(fact), [...(replies.get(keyOf(fact)) ?? []), `mail: ${fact.reply}`]);
        break;
      case 'messaged': {
        const what = fact.channel === 'email' ? 'mail' : 'SMS';
        const before = replies.get(keyOf(fact)) ?? [];
        if (fact.saysTaken) for (const reply of new Set(before)) add(thenTaken(reply));
        replies.set(keyOf(fact), [...before, `${what}: ${fact.reply}`]);
        break;
      }
      case 'fault':
        add(`fault: ${fact.kind} ${fact.target.replace(/-\d$/, '')}`);
        break;
      default:
    }
  }
  for (const [name, n] of Object.entries(mended)) if (n > 0) add(`reconciler: ${name}`, n);
  for (const point of crashed) add(`crash point: ${point}`);
  return counts;
};
