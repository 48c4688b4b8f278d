import type { OrderState } from '../../domain/order';
import type { PickupModel } from './pickup-model';
import type { PageWords } from './translations';

export interface StateWords {
  readonly tone: 'waiting' | 'good' | 'part' | 'bad';
  readonly headline: string;
  readonly explanation: string;
  /** How many of the four steps (paid, confirmed, issued, here) are done. */
  readonly stepsDone: number;
  /** The end of the window that is running, and what has to happen before it. */
  readonly deadline?: { readonly before: string; readonly at: string };
}

/** Called by the view: what the order's state means to the person who paid. */
export function stateWords(model: PickupModel, words: PageWords): StateWords {
  return ofState[model.state](model, words);
}

type Tell = (model: PickupModel, words: PageWords) => StateWords;

const waitingForSeller: Tell = ({ verifyBy }, words) => ({
  tone: 'waiting',
  ...words.waiting,
  stepsDone: 1,
  ...(verifyBy === undefined ? {} : { deadline: { before: words.confirmBy, at: verifyBy } }),
});

const issueDeadline = ({ issueBy, quantity }: PickupModel, words: PageWords): Pick<StateWords, 'deadline'> =>
  issueBy === undefined ? {} : { deadline: { before: words.dueBy(quantity), at: issueBy } };

const arrivedCount = ({ quantity, outstanding }: PickupModel): number => quantity - outstanding;

const delivered: Tell = (model, words) => {
  const { quantity, outstanding, ready, codes } = model;
  const arrived = arrivedCount(model);
  if (model.isVoid) return { tone: 'bad', ...words.isVoid(quantity), stepsDone: 4 };
  // A database that was restored from an older copy than the engine's.
  if (model.good > ready) return { tone: 'bad', ...words.notShown(model.good - ready, model.orderNo), stepsDone: 3 };
  if (outstanding > 0 && model.gift?.kind !== 'given')
    return { tone: 'part', ...words.arrivedInPart(arrived, quantity, outstanding), stepsDone: 4 };
  if (model.gift?.kind === 'given') {
    return { tone: 'good', ...(model.gift.isOpened ? words.giftOpened : words.given), stepsDone: 4 };
  }
  return { tone: 'good', ...(codes ? words.shown(quantity) : words.arrived(quantity)), stepsDone: 4 };
};

const expired: Tell = ({ closedReason }, words) =>
  closedReason === 'issue_window'
    ? { tone: 'bad', ...words.noCodeInTime, stepsDone: 2 }
    : { tone: 'bad', ...words.notConfirmedInTime, stepsDone: 1 };

// Only a confirmed order has an end of its issue window.
const stepsBeforeClose = ({ issueBy }: PickupModel): number => (issueBy === undefined ? 1 : 2);

const ofState: Record<OrderState, Tell> = {
  accepted: waitingForSeller,
  notified: waitingForSeller,
  verified: (model, words) => ({
    tone: 'waiting',
    ...words.issuing(model.quantity),
    stepsDone: 2,
    ...issueDeadline(model, words),
  }),
  partially_issued: (model, words) => ({
    tone: 'waiting',
    ...words.someReady(arrivedCount(model), model.quantity),
    stepsDone: 2,
    ...issueDeadline(model, words),
  }),
  issued: ({ quantity }, words) => ({ tone: 'waiting', ...words.onTheWay(quantity), stepsDone: 3 }),
  delivered,
  undeliverable: ({ quantity }, words) => ({ tone: 'part', ...words.undeliverable(quantity), stepsDone: 3 }),
  refused: (model, words) => ({ tone: 'bad', ...words.refused, stepsDone: stepsBeforeClose(model) }),
  expired,
  cancelled: (model, words) => ({
    tone: 'bad',
    ...(model.closedReason === 'issuer_cancelled' ? words.cancelledBySeller : words.cancelled),
    stepsDone: stepsBeforeClose(model),
  }),
};
