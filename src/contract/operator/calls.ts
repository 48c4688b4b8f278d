import { z } from 'zod';
import { count, instant, integer, issuerId, json, orderNo } from '../fields';
import { failureCode } from '../problem';
import { limit, noBody } from '../query';
import { declareRoute, type Wire } from '../route';
import { circuit } from './health';
import { percentiles } from './overview';

/** The calls between the platform and an issuer: seen without their secrets, and sent again. */
const base = '/v1/operator/issuers/{issuerId}/calls';

const callFields = {
  callId: z.string(),
  at: instant,
  orderNo,
  direction: z.enum(['to_issuer', 'from_issuer', 'to_terminal']),
  kind: z.string(),
  ok: z.boolean(),
  try: count.optional(),
  status: integer(0, 999).optional(),
  problem: z.string().optional(),
  tookMs: z.number().min(0).optional(),
  message: z.string().optional().meta({ description: 'Its webhook-id' }),
  replay: z.literal(true).optional().meta({ description: 'An operator sent it again' }),
};
const issuerCall = z.strictObject(callFields).meta({
  id: 'IssuerCall',
  examples: [
    {
      callId: 'A-1:3f0a6f5f8a11c520',
      at: '2026-01-01T00:00:00.120Z',
      orderNo: 'A-1',
      direction: 'to_issuer',
      kind: 'order.paid',
      ok: true,
      try: 1,
      status: 204,
      tookMs: 41,
    },
  ],
});
/** One attempt of one message, or one question of the issuer, as its order's timeline tells it. */
export type IssuerCall = Wire<typeof issuerCall>;

const callsSummary = z.strictObject({
  calls: count,
  failed: count,
  took: percentiles,
  lastOk: instant.optional(),
  lastFailed: instant.optional(),
});
export type CallsSummary = Wire<typeof callsSummary>;

export const listCallsQuery = z.strictObject({ limit, failed: z.enum(['true', 'false']).optional() });

export const issuerCalls = z
  .strictObject({
    orders: count,
    summary: callsSummary,
    circuits: z.array(circuit),
    throttled: count,
    data: z.array(issuerCall),
  })
  .meta({ id: 'IssuerCalls' });

export const listCalls = declareRoute({
  method: 'get',
  path: base,
  name: 'listCalls',
  costs: 200,
  who: 'viewer',
  summary: 'The newest calls to and from an issuer, out of its newest orders',
  query: listCallsQuery,
  answers: {
    200: {
      says: 'The calls, newest first',
      body: issuerCalls,
    },
  },
  problems: ['issuer_unknown'],
});

const callSide = z
  .strictObject({
    status: integer(0, 999).optional(),
    body: json.optional().meta({ description: 'The JSON of the wire as far as it is kept, secrets masked' }),
    notKept: z.array(z.string()).meta({ description: 'JSON Pointers; an empty one is the whole body' }),
  })
  .meta({ id: 'CallSide' });
/** One side of a call: its body as far as the platform keeps what was in it. */
export type CallSide = Wire<typeof callSide>;

const callWithBodies = {
  issuerId,
  ...callFields,
  request: callSide,
  answer: callSide,
  partOf: z.string().optional().meta({ description: 'The codes came as the answer to this message' }),
};
export const ownCall = z.strictObject(callWithBodies).meta({ id: 'OwnCall' });

const replayKind = z.enum(['same_message', 'new_message']);

const resend = z.union([z.strictObject({ as: replayKind }), z.strictObject({ refused: failureCode, why: z.string() })]);
/** How a call can be sent again, or why it cannot. A new message has another webhook-id and today's facts. */
export type Replay = Wire<typeof resend>;

export const readCall = declareRoute({
  method: 'get',
  path: `${base}/{callId}`,
  name: 'readCall',
  costs: 10,
  who: 'viewer',
  summary: 'One call with its bodies, as far as they are kept, everything secret masked',
  answers: {
    200: {
      says: 'The call, and whether it can be sent again',
      body: z.strictObject({ ...callWithBodies, resend }).meta({ id: 'CallWithBodies' }),
    },
  },
  problems: ['issuer_unknown', 'order_unknown', 'call_unknown'],
});

export const replayCall = declareRoute({
  method: 'post',
  path: `${base}/{callId}/replay`,
  name: 'replayCall',
  who: 'operator',
  summary: 'Sends a call of the platform again: an event with the same bytes under the same webhook-id',
  body: noBody,
  answers: {
    202: {
      says: 'It is being sent',
      body: z
        .strictObject({ callId: z.string(), orderNo, kind: z.string(), as: replayKind })
        .meta({ id: 'CallReplayed' }),
    },
  },
  problems: [
    'issuer_unknown',
    'order_unknown',
    'call_unknown',
    'call_pending',
    'not_replayable',
    'issuer_paused',
    'in_progress',
    'order_closed',
    'already_verified',
    'already_delivered',
    'not_issued',
    'code_void',
    'rate_limited',
  ],
});
