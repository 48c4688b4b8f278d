import { endedCount, goodCount, hasRoom } from '../items';
import type { OrderMessage, TimelineEntry } from '../messages';
import { type DeliveryState, isCalled, type OrderState, outstanding } from '../order';
import { dayMs, redeliveriesPerDay } from '../timings';
import { type Decision, type Judges, notWithItems, type Ruling } from './ruling';

type Redeliver = OrderMessage & { kind: 'redeliver' };

/** Another terminal only where the one that the order has failed; the judge refuses it elsewhere. */
export const takesOtherTerminal = (state: OrderState, delivery: DeliveryState): boolean =>
  state === 'undeliverable' || delivery === 'failed' || delivery === 'bounced';

/** While a delivery is under way only the timeline knows of its attempts. */
export const hasFailedDelivery = (
  state: OrderState,
  delivery: DeliveryState,
  timeline: readonly Pick<TimelineEntry, 'event' | 'detail'>[],
): boolean =>
  takesOtherTerminal(state, delivery) ||
  (state === 'issued' && timeline.some(({ event, detail }) => event === 'delivery_tried' && detail.ok === false));

/** The good codes go out again: while the order waits for its terminal, and once it is delivered. */
const judgeRedeliver = (ruling: Ruling, message: Redeliver): Decision => {
  const { facts } = ruling;
  if (message.isRightToken === false) return ruling.countFailure().refuse('token_mismatch');
  const notNow = notWithItems(facts);
  if (notNow) return ruling.refuse(notNow);
  if (goodCount(facts) === 0) return ruling.refuse('code_void');
  if (!hasRoom(facts)) return ruling.refuse('order_closed');
  const isElsewhere = message.terminal !== undefined && message.terminal !== 'same';
  const mayChange = takesOtherTerminal(facts.state, facts.delivery.state) || message.hasFailed;
  if (isElsewhere && !mayChange) return ruling.refuse('terminal_fixed');
  if (message.by === 'issuer' && !countToday(ruling)) return ruling.refuse('rate_limited');
  if (message.by) ruling.change({ redeliveries: (facts.redeliveries ?? 0) + 1 });
  if (isElsewhere) changeTerminal(ruling, message);
  const isOther = isElsewhere || message.newLink || (facts.deliveryMessage?.ended ?? 0) !== endedCount(facts);
  if (isOther) ruling.newDeliveryMessage();
  if (facts.state === 'undeliverable') return ruling.beginDelivery().done();
  const { channel, delivery } = ruling.facts;
  const isSentAnew = facts.state === 'delivered' && (isOther || delivery.state === 'failed');
  if (isSentAnew) ruling.change({ delivery: { ...delivery, state: isCalled(channel) ? 'pending' : 'delivered' } });
  return ruling.done();
};

const changeTerminal = (ruling: Ruling, { terminal, by }: Redeliver): void => {
  if (!terminal || terminal === 'same') return;
  const { channel, secretsSet, secretsDropped } = terminal;
  ruling.change({ channel });
  if (!by) return;
  const told = { ...(secretsSet ? { secretsSet } : {}), ...(secretsDropped ? { secretsDropped } : {}) };
  const said = Object.fromEntries(Object.entries(told).map(([name, secrets]) => [name, secrets.join(', ')]));
  ruling.note('terminal_changed', { by, channel, ...said }).tell('order.terminal_changed', { by, ...told });
};

const countToday = (ruling: Ruling): boolean => {
  const day = Math.floor(ruling.nowMs / dayMs);
  const { redeliveredOn } = ruling.facts;
  const count = redeliveredOn?.day === day ? redeliveredOn.count : 0;
  if (count >= redeliveriesPerDay) return false;
  ruling.change({ redeliveredOn: { day, count: count + 1 } });
  return true;
};

const recordDelivered = (ruling: Ruling, message: OrderMessage & { kind: 'delivered' }): Decision => {
  const { facts } = ruling;
  const { tries, state = 'delivered' } = message;
  if (facts.state !== 'issued') return ruling.nothing();
  const closedReason = facts.completed ? 'completed_short' : 'partially_issued';
  return ruling
    .move('delivered', { delivery: { state, tries }, ...(facts.short ? { closedReason } : {}) })
    .note('delivered', { codes: facts.issued, outstanding: outstanding(facts) })
    .tell('order.delivered', { itemIds: ruling.goodItemIds() })
    .oweForWhatIsVoid()
    .done();
};

const recordUndeliverable = (ruling: Ruling, { tries }: OrderMessage & { kind: 'undeliverable' }): Decision => {
  const { state, delivery } = ruling.facts;
  // Of codes in place of others: told once, until a delivery is taken.
  if (state === 'delivered' && delivery.state !== 'failed') {
    return ruling
      .change({ delivery: { state: 'failed', tries } })
      .tell('order.undeliverable')
      .done();
  }
  if (state !== 'issued') return ruling.nothing();
  return ruling
    .move('undeliverable', { delivery: { state: 'failed', tries } })
    .tell('order.undeliverable')
    .done();
};

/** The buyer looked at the codes: told once, with the first look. */
const recordOpened = (ruling: Ruling): Decision => {
  const { facts } = ruling;
  if (facts.state !== 'delivered' || facts.delivery.state === 'opened') return ruling.nothing();
  return ruling
    .change({ delivery: { ...facts.delivery, state: 'opened' } })
    .tell('order.opened')
    .done();
};

export const deliveryJudges = {
  redeliver: judgeRedeliver,
  delivered: recordDelivered,
  undeliverable: recordUndeliverable,
  opened: recordOpened,
} satisfies Partial<Judges>;
