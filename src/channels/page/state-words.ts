import type { OrderState } from '../../domain/order';
import type { PickupModel } from './pickup-model';

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
export function stateWords(model: PickupModel): StateWords {
  return words[model.state](model);
}

const waitingForSeller = ({ verifyBy }: PickupModel): StateWords => ({
  tone: 'waiting',
  headline: 'Waiting for the seller’s confirmation',
  explanation: 'Your payment is in. The seller is checking your order now; this usually takes a moment.',
  stepsDone: 1,
  ...(verifyBy === undefined ? {} : { deadline: { before: 'The seller has to confirm by', at: verifyBy } }),
});

const issueDeadline = ({ issueBy, quantity }: PickupModel): Pick<StateWords, 'deadline'> =>
  issueBy === undefined
    ? {}
    : { deadline: { before: quantity === 1 ? 'Your code is due by' : 'Your codes are due by', at: issueBy } };

const arrivedCount = ({ quantity, outstanding }: PickupModel): number => quantity - outstanding;

/** A database that was restored from an older copy than the engine's. */
function notAllThere(model: PickupModel, lost: number): StateWords {
  const it = lost === 1 ? 'it' : 'them';
  return {
    tone: 'bad',
    headline: lost === 1 ? 'A code cannot be shown' : `${lost} codes cannot be shown`,
    explanation: `We had ${it} and cannot find ${it} now. Ask the seller for ${it}, and name order ${model.orderNo}.`,
    stepsDone: 3,
  };
}

const madeVoid = (model: PickupModel): StateWords => ({
  tone: 'bad',
  headline: model.quantity === 1 ? 'Your code is void' : 'Your codes are void',
  explanation: `${model.quantity === 1 ? 'It was' : 'They were'} taken back and can no longer be used or shown.`,
  stepsDone: 4,
});

function delivered(model: PickupModel): StateWords {
  if (model.isVoid) return madeVoid(model);
  const lost = arrivedCount(model) - model.ready;
  if (lost > 0) return notAllThere(model, lost);
  if (model.outstanding > 0) return deliveredInPart(model);
  const one = model.quantity === 1;
  return {
    tone: 'good',
    headline: one ? 'Your code has arrived' : `Your ${model.quantity} codes have arrived`,
    explanation: `Show ${one ? 'it' : 'them'} when you are ready to use ${one ? 'it' : 'them'}, with nobody looking over your shoulder.`,
    stepsDone: 4,
  };
}

function deliveredInPart(model: PickupModel): StateWords {
  const arrived = arrivedCount(model);
  const missing = model.outstanding === 1 ? 'the other one' : `the other ${model.outstanding}`;
  return {
    tone: 'part',
    headline: `${arrived} of ${model.quantity} codes ${arrived === 1 ? 'has' : 'have'} arrived`,
    explanation: `The seller could not issue ${missing} in time. What arrived is yours to use.`,
    stepsDone: 4,
  };
}

function expired({ closedReason }: PickupModel): StateWords {
  return closedReason === 'issue_window'
    ? {
        tone: 'bad',
        headline: 'No code came in time',
        explanation: 'The seller confirmed your order but issued no code in time, so the order has ended.',
        stepsDone: 2,
      }
    : {
        tone: 'bad',
        headline: 'The seller did not confirm in time',
        explanation: 'Your order has ended without a code.',
        stepsDone: 1,
      };
}

// Only a confirmed order has an end of its issue window.
const stepsBeforeClose = ({ issueBy }: PickupModel): number => (issueBy === undefined ? 1 : 2);

const words: Record<OrderState, (model: PickupModel) => StateWords> = {
  accepted: waitingForSeller,
  notified: waitingForSeller,
  verified: (model) => ({
    tone: 'waiting',
    headline: model.quantity === 1 ? 'Your code is being issued' : 'Your codes are being issued',
    explanation: `The seller has confirmed your order and is making your ${model.quantity === 1 ? 'code' : 'codes'} now.`,
    stepsDone: 2,
    ...issueDeadline(model),
  }),
  partially_issued: (model) => ({
    tone: 'waiting',
    headline: `${arrivedCount(model)} of ${model.quantity} codes ${arrivedCount(model) === 1 ? 'is' : 'are'} ready`,
    explanation: 'You get them together as soon as the rest is here, or what there is when the time is up.',
    stepsDone: 2,
    ...issueDeadline(model),
  }),
  issued: (model) => ({
    tone: 'waiting',
    headline: model.quantity === 1 ? 'Your code is on its way' : 'Your codes are on their way',
    explanation: 'Issued and on the last stretch to you.',
    stepsDone: 3,
  }),
  delivered,
  undeliverable: (model) => ({
    tone: 'part',
    headline: model.quantity === 1 ? 'Your code could not be delivered yet' : 'Your codes could not be delivered yet',
    explanation: 'Issued, but the delivery failed. A person is looking into it, and this page changes when it works.',
    stepsDone: 3,
  }),
  refused: (model) => ({
    tone: 'bad',
    headline: 'The seller refused this order',
    explanation: 'The seller cannot provide what you ordered, so no code will come.',
    stepsDone: stepsBeforeClose(model),
  }),
  expired,
  cancelled: (model) => ({
    tone: 'bad',
    headline: 'This order was cancelled',
    explanation:
      model.closedReason === 'issuer_cancelled'
        ? 'The seller cancelled it, so no code will come.'
        : 'It was cancelled before a code reached you, so no code will come.',
    stepsDone: stepsBeforeClose(model),
  }),
};
