import { partsOf } from '../../channels/parts';
import { codesPerMessage, hasPage } from '../../channels/terminals';
import type { CallSide } from '../../contract/operator/calls';
import { failures, isFailureCode } from '../../domain/failures';
import { codeAnswerId, codeAnswersTo, isCodeAnswer } from '../../domain/ids';
import type { TimelineEntry } from '../../domain/messages';
import { isFinal, openFacts, verifyByMs } from '../../domain/order';
import { ownMessageId } from '../../first-interface/message-id';
import { closingMessage, codeRequestMessage, eventMessage, paidMessage } from '../../first-interface/messages';
import { orderBody } from '../../second-interface/order-body';
import type { SubmittedCodes } from '../../store/codes';
import type { Hold } from '../../store/issuers';
import type { OrderRow } from '../../store/orders';
import { type KnownCall, linesBefore, wasRefusedInAnswer } from './issuer-calls';
import { mask, redactedBody, type Shown, shownAnswers, shownRequests } from './redacted-body';

export interface CallBodies {
  readonly request: CallSide;
  readonly answer: CallSide;
  /** The codes came as the answer to this message, and not in a call of their own. */
  readonly partOf?: string;
}

export interface CallSources {
  readonly row: OrderRow;
  /** By reference; undefined where there are too many to read. */
  readonly submitted: readonly SubmittedCodes[] | undefined;
  readonly holds: readonly Hold[];
  readonly nowMs: number;
}

/** Bodies are not stored: they are made again from the order's row, and masked. No seal is opened for it. */
export const callBodies = ({ call, entry }: KnownCall, sources: CallSources): CallBodies => {
  switch (call.kind) {
    case 'order.payment':
      return paymentBodies(sources);
    case 'order.verification':
      return verificationBodies(entry, sources);
    case 'order.codes':
      return codesBodies(entry, sources);
    case 'order.refusal':
    case 'order.cancellation':
      return closingBodies(call.kind, entry, sources);
    case 'order.paid':
      return { request: paidRequest(sources), answer: ignoredAnswer(entry) };
    case 'order.code_requested':
      return { request: codeRequest(entry, sources), answer: codeAnswer(entry, sources) };
    case 'order.closing':
      return { request: lastCallRequest(sources), answer: codeAnswer(entry, sources) };
    case 'code.delivered':
      return { request: deliveryRequest(entry, sources), answer: ignoredAnswer(entry) };
    default:
      return { request: eventRequest(entry, sources), answer: ignoredAnswer(entry) };
  }
};

/** What is not kept is taken out of the body, so that nobody reads a placeholder as a fact. */
const side = (body: object, shown: Shown, notKept: readonly string[] = [], status?: number): CallSide => ({
  ...(status === undefined ? {} : { status }),
  body: redactedBody(without(body, notKept), shown),
  notKept,
});

const without = (body: object, pointers: readonly string[]): object => {
  const copy = structuredClone(body) as Record<string, unknown>;
  for (const pointer of pointers) {
    const fields = pointer.split('/').slice(1);
    const last = fields.pop() ?? '';
    const parent = fields.reduce<unknown>((at, field) => (at as Record<string, unknown> | undefined)?.[field], copy);
    if (typeof parent === 'object' && parent !== null) delete (parent as Record<string, unknown>)[last];
  }
  return copy;
};

const nothingKept = (status?: number): CallSide => ({ ...(status === undefined ? {} : { status }), notKept: [''] });
const withoutBody = (status?: number): CallSide => ({ ...(status === undefined ? {} : { status }), notKept: [] });
const statusOf = ({ detail }: TimelineEntry): number | undefined =>
  typeof detail.status === 'number' ? detail.status : undefined;

/** What an issuer or a terminal writes into an answer that nobody reads is not kept. */
const ignoredAnswer = (entry: TimelineEntry): CallSide =>
  statusOf(entry) === 204 ? withoutBody(204) : nothingKept(statusOf(entry));

const problemAnswer = (code: unknown): CallSide => {
  if (!isFailureCode(code)) return nothingKept();
  const { status, title, retryable } = failures[code];
  const body = { type: `https://codeferry.dev/problems/${code}`, title, status, code, retryable };
  return side(body, shownAnswers.problem, ['/detail', '/requestId'], status);
};

/** An operator's corrected terminal stands in the row in place of the first one. */
const isCorrected = ({ facts }: OrderRow): boolean => (facts.deliveryMessage?.n ?? 1) > 1;

const paymentBodies = ({ row }: CallSources): CallBodies => {
  const { product, quantity, amount, terminal, terminalGiven, metadata, payment, facts, orderNo } = row;
  const request = {
    type: 'order.payment',
    orderNo,
    product,
    quantity,
    amount,
    ...(terminalGiven ? { terminal } : {}),
    ...(metadata.length > 0 ? { metadata: Object.fromEntries(metadata) } : {}),
    ...(payment ? { payment } : {}),
  };
  const pickupUrl = hasPage(terminal) ? mask : undefined;
  const placed = orderBody({ ...row, facts: openFacts(openingOf(row)) }, [], facts.createdAtMs, pickupUrl);
  return {
    request: side(request, shownRequests['order.payment'], terminalGiven && isCorrected(row) ? ['/terminal'] : []),
    answer: side(placed, shownAnswers.order, isCorrected(row) ? ['/terminal', '/pickupUrl'] : [], 201),
  };
};

const openingOf = ({ facts }: OrderRow) => {
  const { quantity, amount, codeMode, channel, createdAtMs, verifyWindowMs, issueWindowMs } = facts;
  return { quantity, amount, codeMode, channel, createdAtMs, verifyWindowMs, issueWindowMs };
};

/** Judged in this order: token, quantity, amount. What was right is the order's own; what was wrong is not kept. */
const factsNotKept: Readonly<Record<string, readonly string[]>> = {
  verified: [],
  amount_mismatch: ['/amount'],
};

const verificationBodies = ({ detail: { verdict } }: TimelineEntry, { row }: CallSources): CallBodies => {
  const { orderNo, quantity, amount, facts } = row;
  const request = { type: 'order.verification', orderNo, token: mask, quantity, amount };
  const notKept = factsNotKept[String(verdict)] ?? ['/quantity', '/amount'];
  return {
    request: side(request, shownRequests['order.verification'], notKept),
    answer:
      verdict === 'verified' && facts.verification
        ? side(
            {
              verdict: 'verified',
              orderNo,
              verifiedAt: new Date(facts.verification.verifiedAtMs).toISOString(),
              issueBy: new Date(facts.verification.issueByMs).toISOString(),
            },
            shownAnswers.verdict,
            [],
            200,
          )
        : problemAnswer(verdict),
  };
};

/** As many as one call has. */
const codesShownMax = 200;

/** Of a code nothing but its name is read: the rest is sealed. */
const maskedCodes = ({ codes }: Pick<SubmittedCodes, 'codes'>) => codes.map(({ itemId }) => ({ itemId, value: mask }));

const codesBodies = (entry: TimelineEntry, sources: CallSources): CallBodies => {
  const { row } = sources;
  const { verdict, codes: count, fresh, outstanding } = entry.detail;
  const submission = submissionOf(entry, sources);
  const names = submission
    ? maskedCodes(submission)
    : typeof count === 'number' && count <= codesShownMax
      ? Array.from({ length: count }, () => ({ value: mask }))
      : undefined;
  const notKept = submission ? [] : names ? names.map((_, n) => `/codes/${n}/itemId`) : ['/codes'];
  const shown = shownRequests['order.codes'];
  if (submission && isCodeAnswer(submission.updateId)) {
    return {
      request: side({ status: 'issued', codes: names }, shown),
      answer: withoutBody(),
      partOf: isLastCall(submission, row) ? 'order.closing' : 'order.code_requested',
    };
  }
  return {
    request: side({ type: 'order.codes', orderNo: row.orderNo, token: mask, codes: names }, shown, notKept),
    answer:
      verdict === 'accepted'
        ? side({ accepted: count, outstanding }, shownAnswers.taken, [], fresh === 0 ? 200 : 201)
        : problemAnswer(verdict),
  };
};

const isLastCall = ({ updateId }: SubmittedCodes, row: OrderRow): boolean =>
  updateId.startsWith(codeAnswersTo(ownMessageId(row, 'closing', 1)));

/**
 * A line does not name its submission. It is told only where no other could be meant: as many lines as submissions, each
 * judged before the next one came.
 */
const submissionOf = (entry: TimelineEntry, { row, submitted }: CallSources): SubmittedCodes | undefined => {
  const isLate = entry.detail.late === true;
  const lines = row.timeline.filter(
    ({ event, detail }) =>
      event === 'codes_judged' &&
      (isLate ? detail.late === true : typeof detail.fresh === 'number' && detail.fresh > 0),
  );
  const ofKind = (submitted ?? []).filter(({ status }) => status === (isLate ? 'late' : 'accepted'));
  const n = lines.findIndex(({ key }) => key === entry.key);
  const own = ofKind[n];
  if (!own || lines.length !== ofKind.length || own.codes.length !== entry.detail.codes) return undefined;
  const cameMs = own.at.getTime();
  const nextCameMs = ofKind[n + 1]?.at.getTime() ?? Number.POSITIVE_INFINITY;
  const isAlone = (lines[n - 1]?.atMs ?? 0) <= cameMs && cameMs <= entry.atMs && entry.atMs <= nextCameMs;
  return isAlone ? own : undefined;
};

const closingBodies = (
  kind: 'order.refusal' | 'order.cancellation',
  { detail }: TimelineEntry,
  { row, holds, nowMs }: CallSources,
): CallBodies => {
  const { orderNo } = row;
  const isRefusal = kind === 'order.refusal';
  const request = isRefusal
    ? { type: kind, orderNo, token: mask, reason: detail.reason }
    : { type: kind, orderNo, reason: mask };
  return {
    request: side(request, shownRequests[kind], isRefusal ? ['/detail'] : []),
    // A closed order changes no more, so that its answer then is its view now.
    answer: isFinal(row.facts.state) ? side(orderBody(row, holds, nowMs), shownAnswers.order, [], 200) : nothingKept(),
  };
};

/** An extension may have come after the message, so that the time in it was another one. */
const paidRequest = ({ row }: CallSources): CallSide => {
  const { facts } = row;
  const verifyByMs = facts.createdAtMs + facts.verifyWindowMs;
  return side(paidMessage(row, { token: mask, atMs: 0, verifyByMs }), shownRequests['order.paid'], [
    '/timestamp',
    ...(facts.verifyExtensionMs > 0 ? ['/data/verifyBy'] : []),
  ]);
};

const codeRequest = (entry: TimelineEntry, { row }: CallSources): CallSide => {
  const { facts, timeline, quantity } = row;
  const verifyByMs = facts.createdAtMs + facts.verifyWindowMs;
  const issueByMs = facts.verification?.issueByMs;
  const hadNone = !linesBefore(entry, timeline).some(
    ({ event, detail }) => event === 'codes_judged' && detail.verdict === 'accepted',
  );
  const message = codeRequestMessage(row, {
    token: mask,
    atMs: 0,
    outstanding: quantity,
    verifyByMs,
    issueByMs: issueByMs ?? 0,
  });
  return side(message, shownRequests['order.code_requested'], [
    '/timestamp',
    ...(facts.verifyExtensionMs > 0 ? ['/data/verifyBy'] : []),
    ...(issueByMs === undefined || facts.issueExtensionMs > 0 ? ['/data/issueBy'] : []),
    ...(hadNone ? [] : ['/data/outstanding']),
  ]);
};

/** The order keeps what it said. */
const lastCallRequest = ({ row }: CallSources): CallSide => {
  const { facts } = row;
  if (!facts.lastCall) return nothingKept();
  const { lastCall } = facts;
  const message = { token: mask, verifyByMs: verifyByMs(facts), issueByMs: lastCall.closesByMs, ...lastCall };
  return side(closingMessage(row, message), shownRequests['order.closing']);
};

const codeAnswer = (entry: TimelineEntry, { row, submitted }: CallSources): CallSide => {
  const { answer, message, try: n } = entry.detail;
  const status = statusOf(entry);
  const shown = shownAnswers.given;
  if (answer === 'issuing') return status === 200 ? side({ status: 'issuing' }, shown, [], 200) : ignoredAnswer(entry);
  if (answer === 'issued') {
    const own = (submitted ?? []).find(({ updateId }) => updateId === codeAnswerId(String(message), Number(n)));
    return own
      ? side({ status: 'issued', codes: maskedCodes(own) }, shown, [], status)
      : side({ status: 'issued' }, shown, ['/codes'], status);
  }
  if (answer === 'refused') {
    const closed = row.timeline.find(
      ({ event, detail }) => event === 'closed' && detail.closedReason === 'issuer_refused',
    );
    return closed && wasRefusedInAnswer(closed, row.timeline)
      ? side({ status: 'refused', reason: closed.detail.reason }, shown, ['/detail'], status)
      : side({ status: 'refused' }, shown, ['/reason', '/detail'], status);
  }
  return nothingKept(status);
};

const deliveryRequest = ({ detail }: TimelineEntry, { row, submitted }: CallSources): CallSide => {
  const { issuerId, orderNo, product, facts } = row;
  const accepted = submitted?.filter(({ status }) => status === 'accepted').flatMap(maskedCodes);
  const atMs = facts.deliveryMessage?.atMs;
  const { part: n, of } = detail;
  const part = typeof n === 'number' && typeof of === 'number' ? { n, of } : undefined;
  return side(
    {
      type: 'code.delivered',
      timestamp: new Date(atMs ?? 0).toISOString(),
      data: {
        issuerId,
        orderNo,
        product,
        ...(part ? { part } : {}),
        codes: part ? partsOf(accepted ?? [], codesPerMessage(row.terminal))[part.n - 1]?.codes : accepted,
      },
    },
    shownRequests['code.delivered'],
    [...(atMs === undefined || isCorrected(row) ? ['/timestamp'] : []), ...(accepted ? [] : ['/data/codes'])],
  );
};

const eventRequest = ({ detail }: TimelineEntry, { row }: CallSources): CallSide => {
  const event = row.events.find(({ sequence }) => sequence === detail.sequence);
  return event ? side(eventMessage(row, event), shownRequests.event) : nothingKept();
};
