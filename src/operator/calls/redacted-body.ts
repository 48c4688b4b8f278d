import type { Json } from '../../domain/json';

/** What stands where a value is not for an operator's eyes; it does not tell how long the value is. */
export const mask = '•••';

/** The fields of a body that are shown. A list has the shape of its items. */
export type Shown = true | { readonly [field: string]: Shown };

/**
 * A body as an operator sees it. Only what `shown` names stays, and everything else becomes the mask: a field that a later
 * version adds is hidden until somebody names it here.
 */
export const redactedBody = (body: Json | object | undefined, shown: Shown | undefined): Json => {
  if (shown === undefined) return mask;
  if (Array.isArray(body)) return body.map((item) => redactedBody(item, shown));
  if (typeof body !== 'object' || body === null) return shown === true && body !== undefined ? body : mask;
  if (shown === true) return mask;
  return Object.fromEntries(
    Object.entries(body)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, redactedBody(value, Object.hasOwn(shown, field) ? shown[field] : undefined)]),
  );
};

const amount = { value: true, currency: true } as const;
const product = { id: true } as const;
const payment = { paidAt: true } as const;
const codes = { itemId: true } as const;
const named = { type: true, orderNo: true } as const;
const told = {
  issuerId: true,
  orderNo: true,
  product,
  quantity: true,
  amount,
  payment,
  outstanding: true,
  verifyBy: true,
  issueBy: true,
  closesBy: true,
} as const;

/** Requests by their kind; every `order.*` event has the shape of `event`. */
export const shownRequests = {
  'order.payment': { ...named, product, quantity: true, amount, terminal: { channel: true }, payment },
  'order.verification': { ...named, quantity: true, amount },
  'order.codes': { ...named, status: true, codes },
  'order.refusal': { ...named, reason: true },
  'order.cancellation': named,
  'order.paid': { type: true, timestamp: true, data: told },
  'order.code_requested': { type: true, timestamp: true, data: told },
  'order.closing': { type: true, timestamp: true, data: told },
  'code.delivered': {
    type: true,
    timestamp: true,
    data: { issuerId: true, orderNo: true, product, part: { n: true, of: true }, codes },
  },
  event: {
    type: true,
    timestamp: true,
    data: {
      issuerId: true,
      orderNo: true,
      sequence: true,
      at: true,
      state: true,
      closedReason: true,
      refundDue: amount,
      itemIds: true,
      payment,
    },
  },
} as const satisfies Record<string, Shown>;

export const shownAnswers = {
  order: {
    issuerId: true,
    orderNo: true,
    state: true,
    product,
    quantity: true,
    amount,
    terminal: { channel: true },
    codes: { issued: true, outstanding: true },
    delivery: { state: true, tries: true },
    createdAt: true,
    updatedAt: true,
    verifyBy: true,
    issueBy: true,
    closedReason: true,
    refundDue: amount,
    payment,
    sequence: true,
  },
  verdict: { verdict: true, orderNo: true, verifiedAt: true, issueBy: true },
  taken: { accepted: true, outstanding: true },
  given: { status: true, reason: true, codes },
  problem: { type: true, title: true, status: true, code: true, retryable: true },
} as const satisfies Record<string, Shown>;
