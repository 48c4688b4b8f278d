import type { ComparedKind } from '../comparison';

/** What differs, and what mends it, for console, API and command. */
export const comparedWords: Readonly<Record<ComparedKind, { readonly why: string; readonly next: string }>> = {
  workflow_missing: {
    why: 'The order is open, and no workflow runs for it.',
    next: 'The reconciler continues it by itself, but for one with more than 2,000 codes: cancel that one.',
  },
  workflow_left: {
    why: 'The order has ended or is not there, and its workflow still runs.',
    next: 'Look at the workflow in the Temporal UI: a worker that is fit for it ends it.',
  },
  issuer_differs: {
    why: 'Its issuer’s own list, as it sent it last, says something else.',
    next: 'Ask the issuer which is right; what is missed is sent again from the order.',
  },
  undeliverable: { why: 'The terminal did not take the codes.', next: 'Redeliver, with another terminal if need be.' },
  bounced: { why: 'Its message came back: the buyer has not got it.', next: 'Redeliver, or correct the terminal.' },
  delivery_failed: {
    why: 'Its terminal did not take what came later: newer codes, or which are void.',
    next: 'Tell whoever runs the terminal which codes are void; then redeliver, or correct it.',
  },
};
