import { goodCount } from '../items';
import type { OrderMessage } from '../messages';
import { type DeliveryState, isClosed, outstanding } from '../order';
import type { Decision, Ruling } from './ruling';

export const judgeRedeliver = (ruling: Ruling, message: OrderMessage & { kind: 'redeliver' }): Decision => {
  const { facts } = ruling;
  if (facts.state === 'undeliverable') {
    if (!message.terminal || message.isSame) return ruling.beginDelivery().done();
    const n = (facts.deliveryMessage?.n ?? 0) + 1;
    return ruling
      .change({ channel: message.terminal.channel, deliveryMessage: { n, atMs: ruling.nowMs } })
      .beginDelivery()
      .done();
  }
  if (isClosed(facts.state)) return ruling.refuse('order_closed');
  if (facts.state !== 'issued' && facts.state !== 'delivered') return ruling.refuse('not_issued');
  if (goodCount(facts) === 0) return ruling.refuse('code_void');
  return message.terminal ? ruling.refuse('terminal_fixed') : ruling.done();
};

export const recordDelivered = (ruling: Ruling, tries: number, state: DeliveryState = 'delivered'): Decision => {
  const { facts } = ruling;
  if (facts.state !== 'issued') return ruling.nothing();
  const closedReason = facts.completed ? 'completed_short' : 'partially_issued';
  return ruling
    .move('delivered', { delivery: { state, tries }, ...(facts.short ? { closedReason } : {}) })
    .note('delivered', { codes: facts.issued, outstanding: outstanding(facts) })
    .tell('order.delivered', { itemIds: ruling.goodItemIds() })
    .oweForWhatIsVoid()
    .done();
};

export const recordUndeliverable = (ruling: Ruling, tries: number): Decision => {
  if (ruling.facts.state !== 'issued') return ruling.nothing();
  return ruling
    .move('undeliverable', { delivery: { state: 'failed', tries } })
    .tell('order.undeliverable')
    .done();
};

/** The buyer looked at the codes: told once, with the first look. */
export const recordOpened = (ruling: Ruling): Decision => {
  const { facts } = ruling;
  if (facts.state !== 'delivered' || facts.delivery.state === 'opened') return ruling.nothing();
  return ruling
    .change({ delivery: { ...facts.delivery, state: 'opened' } })
    .tell('order.opened')
    .done();
};
