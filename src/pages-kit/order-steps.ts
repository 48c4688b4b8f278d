import type { Order, Timeline } from '../contract/order';
import { isFinal, type OrderState } from '../domain/order';
import { h } from './dom';

type Lines = Timeline['data'];
type Facts = Pick<Order, 'state' | 'codes' | 'issueBy'>;

interface Step {
  readonly name: string;
  past(order: { readonly state: OrderState; readonly seen: ReturnType<typeof seenIn> }): boolean;
}

const steps: readonly Step[] = [
  { name: 'Paid', past: () => true },
  { name: 'Issuer told', past: ({ seen }) => seen.told },
  { name: 'Verified', past: ({ seen }) => seen.verified },
  { name: 'Issued', past: ({ seen }) => seen.issued },
  { name: 'Delivered', past: ({ state }) => state === 'delivered' },
];

const seenIn = (facts: Facts, timeline: Lines) => ({
  told:
    timeline.some(({ event, detail }) => event === 'notice_answered' && detail.ok) ||
    (facts.state !== 'accepted' && timeline.some(({ event }) => event === 'verification_judged')),
  verified: facts.issueBy !== undefined,
  issued:
    facts.codes.outstanding === 0 ||
    facts.state === 'issued' ||
    facts.state === 'undeliverable' ||
    facts.state === 'delivered',
});

/** How far an order got. */
export const stepsOf = (facts: Facts, timeline: Lines) => {
  const { state } = facts;
  const seen = seenIn(facts, timeline);
  const past = steps.map((step) => step.past({ state, seen }));
  const next = isFinal(state) ? -1 : past.indexOf(false);
  return h(
    'ol',
    { class: 'steps', 'aria-label': 'How far it got' },
    steps.map(({ name }, n) =>
      h(
        'li',
        {
          class: `step ${past[n] ? 'past' : n === next ? 'next' : ''}`,
          'aria-current': n === next ? 'step' : undefined,
        },
        name,
      ),
    ),
  );
};
