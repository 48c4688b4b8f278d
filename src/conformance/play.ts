import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type AnswerJson, readAnswerJson } from '../contract/answer-json';
import type { VoidAnswer } from '../contract/void-answer';
import type { OrderMessage } from '../domain/messages';
import { type Amount, openFacts, outstanding, verifyByMs } from '../domain/order';
import {
  closingMessage,
  codeRequestMessage,
  eventMessage,
  paidMessage,
  voidRequestMessage,
} from '../first-interface/messages';
import type { CodesRead, VoidRead } from './answer-read';
import { hearCodes, readText, readVoid } from './answers';
import { createCalling } from './calling';
import type { Letter } from './courier';
import { createFetching } from './fetching';
import { type How, type Message, newMessageId, type PlayLimits, type Post, type Sent, type Taken } from './sending';
import { changeOrder, type Heard, judged, type Scripted, type StageOrder, type StageStore } from './stage-order';
import { Unmet } from './unmet';

export interface PlayDeps {
  readonly issuerId: string;
  readonly codeMode: 'request' | 'push';
  readonly baseUrl: string;
  readonly secrets: readonly string[];
  readonly fingerprintKey: Uint8Array;
  readonly store: StageStore;
  readonly callback: { readonly kind: 'url'; readonly post: Post } | { readonly kind: 'pull' };
  readonly nowMs: () => number;
  readonly limits: PlayLimits;
  readonly signal: AbortSignal;
}

export interface NewOrder {
  readonly quantity?: number;
  readonly amount?: Amount;
  readonly productName?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly script?: readonly Scripted[];
  /** Ends its number. */
  readonly ending?: string;
}

const lookEveryMs = 40;
const codeAnswerLimitBytes = 1024 * 1024;
const answerLimitBytes = 64 * 1024;
const windowMs = 600_000;
const asksMax = 10;

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

  const courier =
    deps.callback.kind === 'url'
      ? createCalling({ post: deps.callback.post, secrets, nowMs, signal })
      : createFetching({ store, limits, nowMs, signal });

  const letter = (message: Message | Buffer, how: How): Letter => {
    const id = how.id ?? newMessageId();
    const name = Buffer.isBuffer(message)
      ? `${message.length} bytes`
      : `${message.type} ${message.data?.orderNo ?? ''}`.trim();
    const line = `${name}, webhook-id ${id}${how.says ? `: ${how.says}` : ''}`;
    return { message, id, how, noted: { sent: () => sent.push(line), came: (text) => came.push(text) } };
  };

  /** One attempt. */
  const send = (message: Message | Buffer, how: How = {}): Promise<Sent> => courier.send(letter(message, how));

  /** As the platform does: again, under the same id, until it is taken. */
  const tell = (message: Message | Buffer, how: How = {}): Promise<Taken> => courier.tell(letter(message, how));

  /** Who fetches has said it with the acknowledgement; a call's answer is read here. */
  const answerOf = (result: Extract<Taken, { kind: 'answered' }>): AnswerJson | undefined =>
    result.status === 202 || result.status === 204 ? undefined : readAnswerJson(result);

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
        ...{ issuerId, orderNo, quantity, amount, script, heard: [], held: [], messages: [], changes: 1 },
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

    /** What is on its way comes. */
    settle: (): Promise<void> => pause(limits.quietMs, undefined, { signal }),

    /** Nothing about it comes, for a moment; `before` came earlier, and rightly. */
    quiet: async (orderNo: string, call?: string, before = 0): Promise<void> => {
      await play.settle();
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
      if (result.kind === 'acknowledged') return result.read as CodesRead;
      const answer = answerOf(result);
      const isReused = (values: readonly string[]) => store.holdsElsewhere(orderNo, values);
      const hearing = { issuerId, fingerprintKey, isReused, isKept, submissionId: newMessageId(), nowMs: nowMs() };
      const hear = await hearCodes(answer, hearing);
      const read = await changeOrder(store, orderNo, async (before) => {
        const heard = hear(before);
        return { order: heard.order, result: heard.read };
      });
      if (!read) throw new Error(`order ${orderNo} is gone`);
      if (answer) came.push(readText(read));
      return read;
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
    askVoid: async (message: Message, how: How = {}): Promise<VoidAnswer['status']> => {
      const result = await tell(message, { answerLimitBytes, ...how });
      const read = result.kind === 'acknowledged' ? (result.read as VoidRead) : readVoid(answerOf(result));
      if (read.kind === 'unusable') throw new Unmet(read.problem);
      if (result.kind !== 'acknowledged') came.push(readText(read));
      return read.status;
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
