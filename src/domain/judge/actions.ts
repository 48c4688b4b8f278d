import { type AnyItem, anyItem, goodCount, type ListedFacts, pendingRequest } from '../items';
import type { Asker } from '../messages';
import type { OperatorActionName } from '../operator-actions';
import { isAwaitingCodes, isBeforeVerification, runningWindow } from '../order';
import { verificationFailureLimit } from '../timings';
import { waitingMessage } from './sale';

interface Action {
  /** Last part of the call's path, by who may make it. */
  readonly names: { readonly issuer?: string; readonly operator?: OperatorActionName };
  /** Some right body would now change or send something. Whatever is not so is refused, or a repeat. */
  readonly can: (facts: ListedFacts, some: AnyItem) => boolean;
}

const isOpenBeforeDelivery = ({ state }: ListedFacts): boolean => runningWindow(state) !== undefined;

const hasItems = ({ state }: ListedFacts): boolean =>
  state === 'issued' || state === 'undeliverable' || state === 'delivered';

/** What an order can be asked, and when: one row a call. Source: rules 14 and 15 of the protocol. */
const actions: readonly Action[] = [
  {
    names: { issuer: 'verification' },
    can: (facts) => isBeforeVerification(facts.state) && facts.failures < verificationFailureLimit,
  },
  { names: { issuer: 'codes' }, can: (facts) => isAwaitingCodes(facts.state) && !facts.short },
  { names: { issuer: 'refusal' }, can: isOpenBeforeDelivery },
  {
    names: { issuer: 'cancellation', operator: 'cancel' },
    can: (facts) => isOpenBeforeDelivery(facts) || facts.state === 'undeliverable',
  },
  {
    names: { operator: 'renotify' },
    can: (facts) => waitingMessage(facts) !== undefined,
  },
  { names: { operator: 'extend' }, can: isOpenBeforeDelivery },
  { names: { issuer: 'completion', operator: 'complete' }, can: (facts) => facts.state === 'partially_issued' },
  {
    names: { issuer: 'delivery', operator: 'redeliver' },
    can: (facts) => hasItems(facts) && goodCount(facts) > 0,
  },
  {
    names: { issuer: 'void', operator: 'void' },
    can: (facts, some) => hasItems(facts) && some.unused,
  },
  {
    names: { operator: 'refund' },
    can: (facts, some) => hasItems(facts) && !pendingRequest(facts) && some.unused,
  },
  {
    names: { issuer: 'void-decision', operator: 'void-decision' },
    can: (facts) => pendingRequest(facts) !== undefined,
  },
  {
    names: { issuer: 'validity' },
    can: (facts, some) => hasItems(facts) && some.ending,
  },
  {
    names: { issuer: 'replacement' },
    can: (facts, some) => facts.state === 'delivered' && some.replaceable,
  },
  {
    names: { issuer: 'redemptions', operator: 'redeem' },
    can: (facts, some) => facts.state === 'delivered' && some.redeemable,
  },
  {
    names: { issuer: 'reversals', operator: 'reverse' },
    can: (facts, some) => facts.state === 'delivered' && some.used,
  },
  {
    names: { issuer: 'refund-settlement' },
    can: ({ refundDueValue = 0, refundSettledValue = 0 }) => refundDueValue > refundSettledValue,
  },
  { names: { operator: 'note' }, can: () => true },
];

/** Served with every order, and asked by the console, the command and batches, so that none of them judges by itself. */
export const allowedActions = (facts: ListedFacts, who: Asker, nowMs: number): string[] => {
  const some = anyItem(facts, nowMs);
  return actions.flatMap(({ names, can }) => (names[who] !== undefined && can(facts, some) ? [names[who]] : []));
};

export const actionNames = (who: Asker): string[] => actions.flatMap(({ names }) => names[who] ?? []);
