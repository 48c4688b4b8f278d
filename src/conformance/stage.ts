import { randomUUID } from 'node:crypto';
import { parseWith, problemOf } from '../contract/problem';
import { parseStrictJson } from '../contract/strict-json';
import { Failure, isKeptAnswer } from '../domain/failures';
import type { Answer, OrderMessage } from '../domain/messages';
import { sha256 } from '../sealing/key-ring';
import { expectNotRefused } from '../second-interface/ask-order';
import { orderBody } from '../second-interface/order-body';
import { calls } from './stage-calls';
import {
  changeOrder,
  fullRetrySeconds,
  type Heard,
  judged,
  orFull,
  type Scripted,
  type StageCall,
  type StageOrder,
  type StageStore,
  stageCalls,
} from './stage-order';
import { answerOf, type StageAnswer, type StageRequest, type StageSender } from './stage-request';

export interface StageDeps {
  readonly issuerId: string;
  readonly store: StageStore;
  readonly fingerprintKey: Uint8Array;
  readonly nowMs: () => number;
}

/** Of one order: whatever asks more often is wrong. */
const heardMax = 300;
/** Whatever is judged is shorter, but a refusal that names very many items, which is judged again. */
const keptAnswerMaxBytes = 4 * 1024;
const callMaxChars = 32;
const flawMaxChars = 200;
const scriptedWaitMaxMs = 6_000;

const placeOf = (target: string): { issuerId: string; orderNo: string; call: string } | undefined => {
  const [, issuerId = '', orderNo = '', call = ''] =
    /^\/v1\/issuers\/([^/?]+)\/orders\/([^/?]+)(?:\/([a-z-]+))?(?:\?.*)?$/.exec(target) ?? [];
  return orderNo === '' ? undefined : { issuerId, orderNo: decoded(orderNo), call };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

interface Given {
  readonly status: number;
  readonly body: object;
  readonly retryAfterSeconds?: number | undefined;
  readonly isKept: boolean;
  readonly code?: string;
  readonly afterMs?: number;
  /** Its body alone was looked at. */
  readonly isUnfit?: true;
}

/** What the body says to the order: read once, and only where the order asks. */
type Say = () => Promise<((order: StageOrder) => OrderMessage) | Given>;

interface Asked extends StageSender {
  readonly call: string;
  readonly bodyHash: string;
  readonly say: Say;
}

/** The second interface of orders that are sold to nobody: checked and judged in the order of the real one, and written down. */
export const createStage = ({ issuerId, store, fingerprintKey, nowMs }: StageDeps) => {
  const problemAnswer = (failure: Failure): Given => ({
    status: failure.status,
    body: problemOf(failure, randomUUID()),
    retryAfterSeconds: failure.extras.retryAfterSeconds,
    isKept: isKeptAnswer(failure.status, failure.retryable),
    code: failure.code,
  });

  const told = (order: StageOrder, answer: Exclude<Answer, { kind: 'refused' }>): Given => {
    if (answer.kind === 'verified') {
      const { verifiedAtMs, issueByMs } = answer;
      const [verifiedAt, issueBy] = [verifiedAtMs, issueByMs].map((ms) => new Date(ms).toISOString());
      const body = { verdict: 'verified', orderNo: order.orderNo, verifiedAt, issueBy };
      return { status: 200, body, isKept: true };
    }
    if (answer.kind === 'codes') {
      const { accepted, outstanding, isNew } = answer;
      return { status: isNew ? 201 : 200, body: { accepted, outstanding }, isKept: true };
    }
    return { status: 200, body: orderBody(order, [], nowMs()), isKept: true };
  };

  const judge = (order: StageOrder, message: OrderMessage): { order: StageOrder; given: Given } => {
    const { decision, order: after } = judged(order, message, nowMs());
    try {
      return { order: after, given: told(after, expectNotRefused(decision.answer, after.facts, nowMs())) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { order: after, given: problemAnswer(error) };
    }
  };

  const bodyOf = (call: StageCall, request: StageRequest, orderNo: string) => {
    if (!/^application\/json(;|$)/i.test(String(request.headers['content-type'] ?? '').trim())) {
      throw new Failure('media_type_unsupported');
    }
    const body = parseWith(calls[call].body, parseStrictJson(request.rawBody));
    if (body.orderNo !== orderNo) {
      throw new Failure('body_invalid', {
        errors: [{ path: '/orderNo', code: 'custom', message: "must be the path's" }],
      });
    }
    return body;
  };

  const read = async (call: StageCall, request: StageRequest, orderNo: string, messageId: string): ReturnType<Say> => {
    try {
      const body = bodyOf(call, request, orderNo);
      const isReused = (values: readonly string[]) => store.holdsElsewhere(orderNo, values);
      return await calls[call].message(body as never, { issuerId, fingerprintKey, messageId, isReused });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ...problemAnswer(error), isUnfit: true };
    }
  };

  const asked = async (order: StageOrder, say: Say): Promise<{ order: StageOrder; given: Given }> => {
    const said = await say();
    return typeof said === 'function' ? judge(order, said(order)) : { order, given: said };
  };

  const scripted = (script: Scripted, own: Given | undefined): Given => {
    const { status, retryAfterSeconds, hasMore } = script;
    if (hasMore && own) {
      return { ...own, body: { ...own.body, somethingNew: { of: ['a', 'later', 'version'], n: 1 } } };
    }
    if (status === 202) return { status, body: { status: 'queued' }, retryAfterSeconds: 1, isKept: false };
    const failure = new Failure(status === 429 ? 'rate_limited' : 'unavailable', { retryAfterSeconds });
    return { ...problemAnswer(failure), status };
  };

  const answerOrder = async (
    before: StageOrder,
    { method, rawBody }: Pick<StageRequest, 'method' | 'rawBody'>,
    { call, webhookId, flaw, bodyHash, say }: Asked,
  ): Promise<{ order: StageOrder; result: Given }> => {
    const note = (order: StageOrder, given: Given, { flaw: wrong, ...more }: Partial<Heard> = {}) => {
      const { status, code, isKept, body, isUnfit } = given;
      const text = isKept && !isUnfit ? JSON.stringify(body) : '';
      const answer = text !== '' && Buffer.byteLength(text) <= keptAnswerMaxBytes ? { answer: text } : {};
      const said = { ...(code ? { code } : {}), ...(wrong ? { flaw: wrong.slice(0, flawMaxChars) } : {}) };
      const shown = call.slice(0, callMaxChars);
      const line = { atMs: nowMs(), call: shown, webhookId, bodyHash, status, ...said, ...answer, ...more };
      return { ...order, heard: [...order.heard, line] };
    };
    const done = (order: StageOrder, given: Given, more?: Partial<Heard>) => ({
      order: note(order, given, more),
      result: given,
    });
    if (before.heard.length >= heardMax) return { order: before, result: full() };
    if (flaw) return done(before, problemAnswer(new Failure('signature_invalid')), { flaw });
    if (method === 'GET' && call === '') {
      return done(before, { status: 200, body: orderBody(before, [], nowMs()), isKept: false });
    }
    if (!isStageCall(call) || method !== 'POST') {
      return done(before, problemAnswer(new Failure('path_unknown')), { flaw: 'there is no such call here' });
    }
    if (rawBody.length > calls[call].limitBytes) {
      return done(before, problemAnswer(new Failure('body_too_large')), { flaw: 'its body is too large' });
    }
    const earlier = before.heard.filter((line) => line.webhookId === webhookId && line.flaw === undefined);
    if (earlier.some((line) => line.bodyHash !== bodyHash || line.call !== call)) {
      const flawed = 'its webhook-id was used for another request';
      return done(before, problemAnswer(new Failure('idempotency_mismatch')), { flaw: flawed });
    }
    const kept = earlier.find(({ answer }) => answer !== undefined);
    if (kept?.answer) {
      return done(before, { status: kept.status, body: JSON.parse(kept.answer), isKept: true, code: kept.code ?? '' });
    }
    const script = before.script.find((one) => one.call === call);
    if (!script) {
      const { order, given } = await asked(before, say);
      const isUnfit = given.status === 400 || given.status === 415 || given.code === 'body_invalid';
      return done(order, given, isUnfit ? { flaw: unfit(given) } : {});
    }
    const left = script.hasMore ? before : { ...before, script: before.script.filter((one) => one !== script) };
    const isAsked = script.isAfterJudging || script.hasMore;
    const own = isAsked ? await asked(left, say) : undefined;
    const given = scripted(script, own?.given);
    const { order, result } = done(own?.order ?? left, given, { isScripted: true });
    const { afterMs } = script;
    return { order, result: { ...result, ...(afterMs === undefined ? {} : { afterMs }) } };
  };

  const full = (): Given => problemAnswer(new Failure('rate_limited', { retryAfterSeconds: fullRetrySeconds }));

  return {
    /** Called once it is known whom it is of. Undefined for what is about no order of this run. */
    hear: async (request: StageRequest, from: StageSender): Promise<HeardAnswer | undefined> => {
      const place = placeOf(request.target);
      if (!place || place.issuerId !== issuerId) return undefined;
      const { orderNo, call } = place;
      let reading: ReturnType<Say> | undefined;
      const say = (): ReturnType<Say> => {
        reading ??= read(call as StageCall, request, orderNo, from.webhookId);
        return reading;
      };
      const asks = { ...from, call, bodyHash: sha256(request.rawBody), say };
      const given = await orFull<Given | undefined, Given>(
        () => changeOrder(store, orderNo, (order) => answerOrder(order, request, asks)),
        full(),
      );
      if (!given) return undefined;
      const { status, body, retryAfterSeconds, afterMs = 0 } = given;
      return { ...answerOf(status, body, retryAfterSeconds), afterMs: Math.min(afterMs, scriptedWaitMaxMs) };
    },
  };
};

/** It leaves so much later, by whoever sends it. */
export interface HeardAnswer extends StageAnswer {
  readonly afterMs: number;
}

const isStageCall = (text: string): text is StageCall => (stageCalls as readonly string[]).includes(text);

const unfit = ({ body, code }: Given): string => {
  const errors = 'errors' in body ? (body.errors as { path: string; message: string }[]) : [];
  const [first] = errors;
  return first ? `its body: ${first.path || 'the whole'} ${first.message}` : `it is refused: ${code}`;
};
