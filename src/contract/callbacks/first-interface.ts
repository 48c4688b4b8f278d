import { z } from 'zod';
import { declareCallback, messageOf } from '../callback';
import { codeAnswer } from '../code';
import { amount, anyObject, count, instant, issuerId, orderNo, product, quantity } from '../fields';
import { payment } from '../order';
import type { Wire } from '../route';
import { voidAnswer } from '../void-answer';

/** What an issuer is told of an order, with the token by which it verifies it. */
const named = { issuerId, orderNo, token: z.string(), product, quantity };
const addresses = { verificationUrl: z.string(), codesUrl: z.string(), refusalUrl: z.string() };
const metadata = z.record(z.string(), z.string());

const base = 'https://codes.example.com/v1/issuers/acme/orders/A-1';
const example = {
  issuerId: 'acme',
  orderNo: 'A-1',
  token: 'qkq0Z3kKk0m4mE5Yb6yq1dZ0n3o2vV8w5sQmX9a7L1c',
  product: { id: 'card', name: 'Gift card' },
  quantity: 3,
  metadata: { shop: '12' },
  verifyBy: '2026-01-01T00:10:00.000Z',
  verificationUrl: `${base}/verification`,
  codesUrl: `${base}/codes`,
  refusalUrl: `${base}/refusal`,
};

export const orderPaid = declareCallback({
  type: 'order.paid',
  name: 'orderPaid',
  to: 'issuer',
  summary: 'First interface: an order is paid; verify it with its token, quantity and amount',
  body: messageOf(
    'order.paid',
    z.strictObject({ ...named, amount, metadata, payment: payment.optional(), verifyBy: instant, ...addresses }),
  ).meta({
    id: 'OrderPaid',
    examples: [
      {
        type: 'order.paid',
        timestamp: '2026-01-01T00:00:00.000Z',
        data: { ...example, amount: { value: 1000, currency: 'EUR' }, payment: { id: 'pay-7' } },
      },
    ],
  }),
});
export type PaidMessage = Wire<typeof orderPaid.body>;

const later = { says: 'Codes will come by a call of the issuer' };
const answersWithCodes = {
  200: { says: 'The codes, that they will come, or why there are none', body: codeAnswer },
  202: later,
  204: later,
};
const askedForCodes = {
  ...named,
  outstanding: count.meta({ description: 'Codes that the order lacked when the message was made' }),
  metadata,
  verifyBy: instant,
  issueBy: instant,
  ...addresses,
};

export const codeRequested = declareCallback({
  type: 'order.code_requested',
  name: 'orderCodeRequested',
  to: 'issuer',
  summary: 'Asks for the codes of a verified order; repeated with the same content until it is answered',
  body: messageOf('order.code_requested', z.strictObject(askedForCodes)).meta({
    id: 'OrderCodeRequested',
    examples: [
      {
        type: 'order.code_requested',
        timestamp: '2026-01-01T00:00:02.000Z',
        data: { ...example, outstanding: 3, issueBy: '2026-01-01T00:10:02.000Z' },
      },
    ],
  }),
  answers: answersWithCodes,
});
export type CodeRequestMessage = Wire<typeof codeRequested.body>;

export const closing = declareCallback({
  type: 'order.closing',
  name: 'orderClosing',
  to: 'issuer',
  summary: 'The last call: the issue window is about to end, and codes are outstanding; answered as a code request',
  body: messageOf(
    'order.closing',
    z.strictObject({
      ...askedForCodes,
      closesBy: instant.meta({ description: 'What comes later is too late' }),
    }),
  ).meta({
    id: 'OrderClosing',
    examples: [
      {
        type: 'order.closing',
        timestamp: '2026-01-01T00:09:02.000Z',
        data: {
          ...example,
          outstanding: 1,
          issueBy: '2026-01-01T00:10:02.000Z',
          closesBy: '2026-01-01T00:10:02.000Z',
        },
      },
    ],
  }),
  answers: answersWithCodes,
});
export type ClosingMessage = Wire<typeof closing.body>;

export const voidRequested = declareCallback({
  type: 'order.void_requested',
  name: 'orderVoidRequested',
  to: 'issuer',
  summary: 'Somebody wants money back: can the codes be destroyed? Repeated until it is answered',
  body: messageOf(
    'order.void_requested',
    z.strictObject({
      issuerId,
      orderNo,
      token: z.string(),
      requestId: z.string(),
      itemIds: z.array(z.string()),
      reason: z.string(),
      decideBy: instant,
      decisionUrl: z.string(),
    }),
  ).meta({
    id: 'OrderVoidRequested',
    examples: [
      {
        type: 'order.void_requested',
        timestamp: '2026-01-02T00:00:00.000Z',
        data: {
          issuerId: 'acme',
          orderNo: 'A-1',
          token: example.token,
          requestId: 'vr_1',
          itemIds: ['1'],
          reason: 'the buyer changed her mind',
          decideBy: '2026-01-03T00:00:00.000Z',
          decisionUrl: `${base}/void-decision`,
        },
      },
    ],
  }),
  answers: {
    200: { says: 'Destroyed, refused, being decided, or that nobody can tell', body: voidAnswer },
    202: { says: 'It is being decided' },
    204: { says: 'It is being decided' },
  },
});
export type VoidRequestMessage = Wire<typeof voidRequested.body>;

export const echoed = declareCallback({
  type: 'echo',
  name: 'echoed',
  to: 'issuer',
  summary: 'What the issuer sent to `/echo`',
  body: messageOf('echo', anyObject).meta({
    id: 'Echoed',
    examples: [{ type: 'echo', timestamp: '2026-01-01T00:00:00.000Z', data: { hello: 'world' } }],
  }),
});
