/** How one callback is answered. `afterMs` passes first; `never` keeps the connection open without a word. */
export type Reply =
  | { readonly kind: 'ok'; readonly afterMs?: number }
  | { readonly kind: 'never' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'garbage' };

type CodeReply = Reply | { readonly kind: 'issued' | 'issuing' | 'refused' };

export interface Behaviour {
  readonly meaning: string;
  /** Answers to `order.paid` by try; the last one repeats. */
  readonly paidReplies: readonly Reply[];
  /** Answers to `order.code_requested` by try; the last one repeats. */
  readonly codeReplies: readonly CodeReply[];
  /** Answers to `order.closing` by try; the last one repeats. */
  readonly closingReplies: readonly CodeReply[];
  /** When it verifies: inside the handling of `order.paid`, after answering it, or not at all. */
  readonly verifies: 'inside' | 'after' | 'never';
  /** Sent before the right facts. */
  readonly wrongFacts: readonly ('token' | 'amount')[];
  /** What it does with a verified order besides answering `order.code_requested`. */
  readonly supplies: 'codes' | 'part' | 'reused' | 'nothing';
  /** Answers to `order.void_requested`; `later` decides a second after it was asked. */
  readonly refunds: 'destroyed' | 'refused' | 'unknown' | 'later';
  /** What it does a second after the delivery; `ends_short`: after its last codes. */
  readonly afterSale: 'nothing' | 'redeems' | 'takes_back' | 'replaces' | 'voids' | 'ends_short';
  /** Refuses instead of verifying. */
  readonly refuses: boolean;
  /** Sends every call of the second interface twice. */
  readonly repeats: boolean;
  readonly beforeVerifyMs: number;
  readonly beforeCodesMs: number;
  /** Holds the codes back until the issue window has closed. */
  readonly isLate: boolean;
}

const ok: Reply = { kind: 'ok' };

const good: Behaviour = {
  meaning: 'answers at once, then verifies and gives its codes',
  paidReplies: [ok],
  codeReplies: [{ kind: 'issued' }],
  closingReplies: [{ kind: 'issuing' }],
  verifies: 'after',
  wrongFacts: [],
  supplies: 'codes',
  refunds: 'destroyed',
  afterSale: 'nothing',
  refuses: false,
  repeats: false,
  beforeVerifyMs: 0,
  beforeCodesMs: 0,
  isLate: false,
};

/** Chosen per order by `metadata.behaviour`, else by the product's id, else `good`. */
export const behaviours = {
  good,
  demo: {
    ...good,
    meaning: 'verifies after three seconds and gives its codes three seconds later, for a person who watches',
    codeReplies: [{ kind: 'issuing' }],
    beforeVerifyMs: 3000,
    beforeCodesMs: 3000,
  },
  eager: { ...good, meaning: 'verifies and gives its codes inside the handling of order.paid', verifies: 'inside' },
  request_issued: { ...good, meaning: 'answers the code request with codes' },
  request_issuing: {
    ...good,
    meaning: 'answers the code request with "issuing" and gives its codes a second later',
    codeReplies: [{ kind: 'issuing' }],
    beforeCodesMs: 1000,
  },
  request_refused: {
    ...good,
    meaning: 'verifies, then refuses the code request',
    codeReplies: [{ kind: 'refused' }],
    supplies: 'nothing',
  },
  slow: {
    ...good,
    meaning: 'takes five seconds for every answer',
    paidReplies: [{ kind: 'ok', afterMs: 5000 }],
    codeReplies: [{ kind: 'ok', afterMs: 5000 }],
    beforeCodesMs: 5000,
  },
  silent: {
    ...good,
    meaning: 'never answers and never verifies',
    paidReplies: [{ kind: 'never' }],
    codeReplies: [{ kind: 'never' }],
    closingReplies: [{ kind: 'never' }],
    verifies: 'never',
    supplies: 'nothing',
  },
  wrong_token: {
    ...good,
    meaning: 'verifies with a wrong token only',
    wrongFacts: ['token'],
    verifies: 'never',
    supplies: 'nothing',
  },
  wrong_amount: {
    ...good,
    meaning: 'verifies with a wrong amount only',
    wrongFacts: ['amount'],
    verifies: 'never',
    supplies: 'nothing',
  },
  wrong_then_right: {
    ...good,
    meaning: 'verifies with a wrong token, a wrong amount, then rightly',
    wrongFacts: ['token', 'amount'],
  },
  out_of_stock: {
    ...good,
    meaning: 'refuses the order instead of verifying it',
    refuses: true,
    verifies: 'never',
    supplies: 'nothing',
  },
  partial: {
    ...good,
    meaning: 'gives all codes but one',
    codeReplies: [{ kind: 'issuing' }],
    supplies: 'part',
  },
  duplicate: { ...good, meaning: 'sends every call twice', repeats: true },
  reused: {
    ...good,
    meaning: 'gives codes that another order got before',
    codeReplies: [{ kind: 'issuing' }],
    supplies: 'reused',
  },
  last_call: {
    ...good,
    meaning: 'gives its codes at the last call only, where it has one (lastCallSeconds)',
    codeReplies: [{ kind: 'issuing' }],
    closingReplies: [{ kind: 'issued' }],
    supplies: 'nothing',
  },
  late: {
    ...good,
    meaning: 'gives its codes when the issue window has closed',
    codeReplies: [{ kind: 'issuing' }],
    isLate: true,
  },
  garbage: {
    ...good,
    meaning: 'answers the first code request with something that is no JSON',
    codeReplies: [{ kind: 'garbage' }, { kind: 'issued' }],
  },
  throttled: {
    ...good,
    meaning: 'answers each first try with 429 and Retry-After',
    paidReplies: [{ kind: 'status', status: 429, headers: { 'retry-after': '1' } }, ok],
    codeReplies: [{ kind: 'status', status: 429, headers: { 'retry-after': '1' } }, { kind: 'issued' }],
  },
  failing_then_fine: {
    ...good,
    meaning: 'answers each first try with 500',
    paidReplies: [{ kind: 'status', status: 500 }, ok],
    codeReplies: [{ kind: 'status', status: 500 }, { kind: 'issued' }],
  },
  redirect: {
    ...good,
    meaning: 'answers with a redirect, which must not be followed',
    paidReplies: [{ kind: 'status', status: 302, headers: { location: '/redirected' } }],
    codeReplies: [{ kind: 'status', status: 302, headers: { location: '/redirected' } }],
    verifies: 'never',
    supplies: 'nothing',
  },
  gone: {
    ...good,
    meaning: 'answers 410, which pauses the issuer',
    paidReplies: [{ kind: 'status', status: 410 }],
    codeReplies: [{ kind: 'status', status: 410 }],
    verifies: 'never',
    supplies: 'nothing',
  },
  refund_refused: { ...good, meaning: 'refuses to destroy its codes for a refund', refunds: 'refused' },
  refund_later: { ...good, meaning: 'decides about a refund a second after it was asked', refunds: 'later' },
  redeemed: { ...good, meaning: 'redeems its first code a second after the delivery', afterSale: 'redeems' },
  taken_back: { ...good, meaning: 'redeems its first code, and takes that back', afterSale: 'takes_back' },
  replaced: { ...good, meaning: 'replaces its first code a second after the delivery', afterSale: 'replaces' },
  voided: { ...good, meaning: 'declares its codes void a second after the delivery', afterSale: 'voids' },
  ended_short: {
    ...good,
    meaning: 'gives all codes but one, and ends the order with those',
    codeReplies: [{ kind: 'issuing' }],
    supplies: 'part',
    afterSale: 'ends_short',
  },
  refund_unknown: { ...good, meaning: 'cannot tell whether its codes can be destroyed', refunds: 'unknown' },
} as const satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof behaviours;

const isBehaviourName = (text: string | undefined): text is BehaviourName =>
  text !== undefined && Object.hasOwn(behaviours, text);

export const behaviourOf = (order: {
  readonly product: { readonly id: string };
  readonly metadata?: Readonly<Record<string, string>>;
}): Behaviour => {
  const named = [order.metadata?.behaviour, order.product.id].find(isBehaviourName);
  return behaviours[named ?? 'good'];
};

/** What a webhook terminal answers, chosen by the last part of its URL. */
export const terminalReplies = {
  good: [ok],
  slow: [{ kind: 'ok', afterMs: 5000 }],
  silent: [{ kind: 'never' }],
  failing_then_fine: [{ kind: 'status', status: 500 }, ok],
  redirect: [{ kind: 'status', status: 302, headers: { location: '/redirected' } }],
  gone: [{ kind: 'status', status: 410 }],
} as const satisfies Record<string, readonly Reply[]>;
