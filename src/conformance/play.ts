import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { readAnswerJson } from '../contract/answer-json';
import { type Code, codeAnswer } from '../contract/code';
import { fieldErrors } from '../contract/problem';
import { type VoidAnswer, voidAnswer } from '../contract/void-answer';
import type { OrderMessage } from '../domain/messages';
import { type Amount, openFacts, outstanding, verifyByMs } from '../domain/order';
import {
  closingMessage,
  codeRequestMessage,
  eventMessage,
  paidMessage,
  voidRequestMessage,
} from '../first-interface/messages';
import type { CallResult } from '../outbound/client';
import { references } from '../second-interface/code-references';
import { bytesOfMessage, type How, isTaken, newMessageId, type Post, shownResult, signedCall } from './sending';
import { codesMessage } from './stage-calls';
import { changeOrder, type Heard, judged, type Scripted, type StageOrder, type StageStore } from './stage-order';

/** What the issuer did in place of what is expected. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

export interface PlayDeps {
  readonly issuerId: string;
  readonly codeMode: 'request' | 'push';
  readonly baseUrl: string;
  readonly secrets: readonly string[];
  readonly fingerprintKey: Uint8Array;
  readonly store: StageStore;
  readonly post: Post;
  readonly nowMs: () => number;
  readonly limits: PlayLimits;
  readonly signal: AbortSignal;
}

export interface PlayLimits {
  /** How long something that must come is waited for. */
  readonly patienceMs: number;
  /** How long nothing may come where nothing must. */
  readonly quietMs: number;
}

export const usualLimits: PlayLimits = { patienceMs: 10_000, quietMs: 1_000 };

export interface NewOrder {
  readonly quantity?: number;
  readonly amount?: Amount;
  readonly productName?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly script?: readonly Scripted[];
  /** Ends its number. */
  readonly ending?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a message that is changed in order to be wrong, or to be newer than its type
export type Message = { type: string; timestamp: string; data: any; [more: string]: unknown };

/** How often a message that was not taken is sent again, as by the schedule of the platform. */
const sendsMax = 4;
const resendAfterMs = 1_000;
const lookEveryMs = 40;
const codeAnswerLimitBytes = 1024 * 1024;
const answerLimitBytes = 64 * 1024;
const windowMs = 600_000;
const asksMax = 10;

export type CodesRead =
  | { readonly kind: 'issued'; readonly fingerprints: readonly string[]; readonly outstanding: number }
  | { readonly kind: 'issuing' | 'refused' }
  | { readonly kind: 'unusable'; readonly problem: string };

/** What one scenario plays with; everything that goes out and comes in is written down. */
export const createPlay = (deps: PlayDeps, prefix: string) => {
  const { issuerId, codeMode, store, secrets, fingerprintKey, nowMs, limits, signal } = deps;
  const sent: string[] = [];
  const came: string[] = [];
  const orderNos: string[] = [];

  const expect = (isMet: boolean, problem: string): void => {
    if (!isMet) throw new Unmet(problem);
  };

  const find = async (orderNo: string): Promise<StageOrder> => {
    const order = await store.find(orderNo);
    if (!order) throw new Error(`order ${orderNo} is gone`);
    return order;
  };

  const until = async <T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> => {
    const endMs = performance.now() + limits.patienceMs;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (performance.now() >= endMs) throw new Unmet(`${what} did not come within ${limits.patienceMs / 1_000} s`);
      await pause(lookEveryMs, undefined, { signal });
    }
  };

  const send = async (message: Message | Buffer, how: How = {}): Promise<CallResult> => {
    const id = how.id ?? newMessageId();
    const bytes = Buffer.isBuffer(message) ? message : bytesOfMessage(message);
    const name = Buffer.isBuffer(message) ? `${bytes.length} bytes` : `${message.type} ${message.data?.orderNo ?? ''}`;
    sent.push(`${name.trim()}, webhook-id ${id}${how.says ? `: ${how.says}` : ''}`);
    const call = signedCall(bytes, id, how.secrets ?? secrets, nowMs(), how);
    const limit = how.answerLimitBytes === undefined ? {} : { answerLimitBytes: how.answerLimitBytes };
    const result = await deps.post({ ...call, ...limit });
    came.push(`${shownResult(result)} to ${id}`);
    return result;
  };

  /** As the platform does: again, under the same id, until it is taken. */
  const tell = async (message: Message | Buffer, how: How = {}): Promise<CallResult> => {
    const id = how.id ?? newMessageId();
    for (let n = 1; ; n += 1) {
      const result = await send(message, { ...how, id });
      if (isTaken(result)) return result;
      if (result.kind === 'answered' && (result.status === 410 || result.status < 400)) {
        throw new Unmet(
          `${result.status} is no answer to a message: 410 pauses the issuer, a redirect is not followed`,
        );
      }
      if (n === sendsMax) throw new Unmet(`the message was not taken in ${n} attempts: ${shownResult(result)}`);
      await pause(how.resendAfterMs ?? resendAfterMs, undefined, { signal });
    }
  };

  const apply = async (orderNo: string, message: OrderMessage | ((order: StageOrder) => Promise<OrderMessage>)) => {
    const decision = await changeOrder(store, orderNo, async (before) => {
      const given = typeof message === 'function' ? await message(before) : message;
      const { order, decision: result } = judged(before, given, nowMs());
      return { order, result };
    });
    if (!decision) throw new Error(`order ${orderNo} is gone`);
    return decision;
  };

  const noticeFacts = ({ token, facts }: StageOrder) => ({
    token,
    atMs: facts.createdAtMs,
    verifyByMs: verifyByMs(facts),
  });

  const requestFacts = (order: StageOrder) => ({
    ...noticeFacts(order),
    outstanding: outstanding(order.facts),
    issueByMs: (order.facts.verification?.verifiedAtMs ?? order.facts.createdAtMs) + windowMs,
  });

  const play = {
    codeMode,
    secrets,
    limits,
    sent,
    came,
    expect,
    until,
    send,
    tell,
    find,

    /** Paid for on paper: the issuer has not heard of it yet. */
    order: async (given: NewOrder = {}): Promise<string> => {
      const { quantity = 1, amount = { value: 1_000, currency: 'EUR' }, metadata = {}, script = [] } = given;
      const createdAtMs = nowMs();
      const orderNo = `${prefix}-${orderNos.length + 1}${given.ending ?? ''}`;
      orderNos.push(orderNo);
      const opening = { quantity, amount, codeMode, channel: 'page', createdAtMs };
      await store.insert({
        ...{ issuerId, orderNo, quantity, amount, script, heard: [], held: [], changes: 1 },
        product: { id: 'test_ok', name: given.productName ?? 'Conformance' },
        terminal: { channel: 'page' },
        metadata: Object.entries(metadata),
        baseUrl: deps.baseUrl,
        token: randomBytes(32).toString('base64url'),
        facts: openFacts({ ...opening, verifyWindowMs: windowMs, issueWindowMs: windowMs }),
      });
      return orderNo;
    },

    paid: async (orderNo: string): Promise<Message> => {
      const order = await find(orderNo);
      return paidMessage(order, noticeFacts(order)) as Message;
    },

    codeRequest: async (orderNo: string): Promise<Message> => {
      const order = await find(orderNo);
      return codeRequestMessage(order, requestFacts(order)) as Message;
    },

    closing: async (orderNo: string): Promise<Message> => {
      const order = await find(orderNo);
      return closingMessage(order, { ...requestFacts(order), closesByMs: nowMs() + windowMs }) as Message;
    },

    /** What the platform would tell of an order now, without its having happened. */
    event: (orderNo: string, type: string, sequence: number, more: object = {}): Message => {
      const at = new Date(nowMs()).toISOString();
      return { type, timestamp: at, data: { issuerId, orderNo, sequence, at, state: 'delivered', ...more } };
    },

    /** What happens to an order by the platform; its events, to be sent. */
    happens: async (orderNo: string, message: OrderMessage): Promise<Message[]> => {
      const { events } = await apply(orderNo, message);
      const order = await find(orderNo);
      return events.map((event) => eventMessage(order, { ...event, status: 'pending' }) as Message);
    },

    requestVoid: async (orderNo: string): Promise<Message> => {
      const requestId = `vr_${randomBytes(8).toString('hex')}`;
      await apply(orderNo, {
        ...{ kind: 'requestVoid', by: 'buyer', requestId, decideWithinMs: windowMs, undecided: 'person' },
        holdsItems: false,
      });
      const order = await find(orderNo);
      const request = order.facts.voidRequest;
      if (!request) throw new Error(`order ${orderNo} has no request`);
      return voidRequestMessage(order, request, { token: order.token, reason: 'a conformance run' }) as Message;
    },

    /** The calls of one name, as they came; all without one. */
    heard: async (orderNo: string, call?: string): Promise<readonly Heard[]> => {
      const { heard } = await find(orderNo);
      return call === undefined ? heard : heard.filter((line) => line.call === call);
    },

    /** Nothing about it comes, for a moment; `before` came earlier, and rightly. */
    quiet: async (orderNo: string, call?: string, before = 0): Promise<void> => {
      await pause(limits.quietMs, undefined, { signal });
      const heard = (await play.heard(orderNo, call)).slice(before);
      expect(heard.length === 0, `the issuer called ${heard.map((line) => `/${line.call}`).join(', ')}`);
    },

    /** Told that it is paid, and verified. */
    verified: async (orderNo: string, how: How = {}, message?: Message | Buffer): Promise<void> => {
      await tell(message ?? (await play.paid(orderNo)), how);
      await play.isVerified(orderNo);
    },

    isVerified: (orderNo: string): Promise<true> =>
      until('a right verification', async () => (await find(orderNo)).facts.verification !== undefined && true),

    /** One code request or last call, and what its answer says; `isKept`: the order takes the codes. */
    ask: async (message: Message, how: How = {}, isKept = true): Promise<CodesRead> => {
      const orderNo = String(message.data.orderNo);
      const result = await tell(message, { answerLimitBytes: codeAnswerLimitBytes, ...how });
      if (result.kind !== 'answered') throw new Error('it was taken');
      if (result.status === 202 || result.status === 204) return { kind: 'issuing' };
      const { json, unread } = readAnswerJson(result);
      const parsed = codeAnswer.safeParse(json);
      if (!parsed.success) {
        const [first] = unread ?? fieldErrors(parsed.error);
        const problem = `its answer cannot be used: ${first?.code} at "${first?.path}"`;
        came.push(problem);
        return { kind: 'unusable', problem };
      }
      if (parsed.data.status !== 'issued') return { kind: parsed.data.status };
      return play.takeCodes(orderNo, parsed.data.codes, isKept);
    },

    takeCodes: async (orderNo: string, codes: readonly Code[], isKept: boolean): Promise<CodesRead> => {
      const fingerprints = references({ fingerprintKey }, issuerId, codes).map(({ fingerprint }) => fingerprint);
      came.push(`${codes.length} codes`);
      if (!isKept) return { kind: 'issued', fingerprints, outstanding: outstanding((await find(orderNo)).facts) };
      const { answer, facts } = await apply(orderNo, (order) =>
        codesMessage(order, codes, {
          fingerprintKey,
          messageId: newMessageId(),
          isReused: (values) => store.holdsElsewhere(orderNo, values),
        }),
      );
      if (answer.kind === 'refused') {
        came.push(`the codes are refused: ${answer.code}`);
        return { kind: 'unusable', problem: `the order cannot take its codes: ${answer.code}` };
      }
      return { kind: 'issued', fingerprints, outstanding: outstanding(facts) };
    },

    /** All its codes, asked for or pushed. */
    issued: async (orderNo: string): Promise<void> => {
      for (let n = 0; n < asksMax && codeMode === 'request'; n += 1) {
        if (outstanding((await find(orderNo)).facts) === 0) return;
        const read = await play.ask(await play.codeRequest(orderNo));
        if (read.kind === 'unusable') throw new Unmet(read.problem);
        expect(read.kind !== 'refused', 'the issuer refused a test order');
        if (read.kind === 'issuing') break;
      }
      await until('every code', async () => outstanding((await find(orderNo)).facts) === 0);
    },

    /** The whole sale, with what its issuer hears at the end. */
    delivered: async (orderNo: string): Promise<Message> => {
      await play.verified(orderNo);
      await play.issued(orderNo);
      const [message] = await play.happens(orderNo, { kind: 'delivered', tries: 0 });
      if (!message) throw new Error(`order ${orderNo} was delivered before`);
      return message;
    },

    /** What the issuer says to a void request. */
    askVoid: async (message: Message, how: How = {}): Promise<VoidAnswer> => {
      const result = await tell(message, { answerLimitBytes, ...how });
      if (result.kind !== 'answered') throw new Error('it was taken');
      if (result.status === 202 || result.status === 204) return { status: 'deciding' };
      const parsed = voidAnswer.safeParse(readAnswerJson(result).json);
      if (!parsed.success) throw new Unmet('its answer to order.void_requested cannot be used');
      came.push(`it says ${parsed.data.status}`);
      return parsed.data;
    },

    /** Told at the end: what the issuer called, and what was wrong with that by itself. */
    calls: async (): Promise<{ readonly lines: string[]; readonly flaws: string[] }> => {
      const orders = await Promise.all(orderNos.map((orderNo) => store.find(orderNo)));
      const heard = orders.flatMap((order) =>
        (order?.heard ?? []).map((line) => ({ ...line, text: heardText(line, order?.orderNo ?? '') })),
      );
      return {
        lines: heard.map(({ text }) => text),
        flaws: heard.filter(({ flaw }) => flaw !== undefined).map(({ text }) => text),
      };
    },
  };
  return play;
};

const heardText = ({ call, status, code, flaw, webhookId }: Heard, orderNo: string): string =>
  [`/${call} of ${orderNo}, webhook-id ${webhookId}: ${status}`, code ?? '', flaw ? `(${flaw})` : '']
    .filter((part) => part !== '')
    .join(' ');

export type Play = ReturnType<typeof createPlay>;
