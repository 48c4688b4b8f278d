import { decide } from '../domain/judge/decide';
import type { OrderMessage } from '../domain/messages';
import type { HeldCode, OrderFacts } from '../domain/order';
import type { OrderRow } from '../store/orders';
import type { AnswerRead } from './answer-read';
import type { Message } from './sending';
import { Unmet } from './unmet';

/** What the issuer asked, and what it was answered. Never a code. */
export interface Heard {
  readonly atMs: number;
  readonly call: string;
  readonly webhookId: string;
  readonly bodyHash: string;
  readonly status: number;
  /** Of a problem. */
  readonly code?: string;
  /** What is wrong with the request itself. */
  readonly flaw?: string;
  /** As it was answered: the same request again gets it. Left out of what is answered by the body alone, and so again. */
  readonly answer?: string;
  /** It was answered by the script, and the order never heard of it. */
  readonly isScripted?: boolean;
}

/** An answer that the next call of that name gets in place of its own. */
export interface Scripted {
  /** `messages`: the next fetch while a message of the order waits. */
  readonly call: StageCall | 'messages';
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly afterMs?: number;
  /** The order is asked first, and its answer is lost. */
  readonly isAfterJudging?: boolean;
  /** Each time its own answer, with fields that nobody knows yet. */
  readonly hasMore?: boolean;
}

export const stageCalls = ['verification', 'codes', 'refusal', 'cancellation', 'void-decision'] as const;
export type StageCall = (typeof stageCalls)[number];

/** An order that is sold to nobody. */
export interface StageOrder
  extends Pick<
    OrderRow,
    'issuerId' | 'orderNo' | 'product' | 'quantity' | 'amount' | 'terminal' | 'metadata' | 'baseUrl'
  > {
  readonly token: string;
  readonly facts: OrderFacts;
  readonly held: readonly HeldCode[];
  readonly heard: readonly Heard[];
  readonly script: readonly Scripted[];
  /** To an issuer that fetches. */
  readonly messages: readonly StageMessage[];
  /** Rises with every change. */
  readonly changes: number;
}

/** A message that is to be fetched. */
export interface StageMessage {
  readonly id: string;
  readonly content: Message;
  /** Given at so many fetches in a row, acknowledged meanwhile or not. */
  readonly givingsMin: number;
  /** So many acknowledgements come back with a problem. */
  readonly unheard: number;
  /** Given once more by nobody but who offers it again. */
  readonly isOnce: boolean;
  readonly leaseMs: number;
  readonly givings: number;
  readonly givenAtMs?: number;
  /** Left out: it is given no more. */
  readonly dueAtMs?: number;
  readonly acknowledgements: readonly Acknowledgement[];
}

interface Acknowledgement {
  readonly atMs: number;
  readonly isUnheard?: true;
  /** Of a message that asks something. */
  readonly read?: AnswerRead;
}

/** Where the orders of one run are: an issuer's calls may come to another process than its messages come from. */
export interface StageStore {
  find(orderNo: string): Promise<StageOrder | undefined>;
  insert(order: StageOrder): Promise<void>;
  /** False where it has changed since. @throws OrderFull */
  replace(order: StageOrder, changesBefore: number): Promise<boolean>;
  /** Of the run, those with a message that is due, longest first. */
  due(atMs: number, limit: number): Promise<readonly StageOrder[]>;
  /** By the webhook-id of one of its messages. */
  findByMessage(id: string): Promise<StageOrder | undefined>;
  /** Whether another order of the run has one of these values. */
  holdsElsewhere(orderNo: string, valueFingerprints: readonly string[]): Promise<boolean>;
}

/** Of the message that waits longest; undefined: none waits. */
export const dueAtMs = ({ messages }: StageOrder): number | undefined => {
  const times = messages.flatMap((message) => message.dueAtMs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
};

/** The longest that comes of a right issuer, 250 codes in as many calls, is 170 KiB. */
export const orderMaxBytes = 256 * 1024;

/** To a play it is what an issuer did wrong. */
class OrderFull extends Unmet {}

/** Of the order as it is kept, by each store before it keeps it. @throws OrderFull */
export const expectRoom = (bytes: number): void => {
  if (bytes > orderMaxBytes) throw new OrderFull('its calls and answers are more than the order of a run takes');
};

export const fullRetrySeconds = 60;

/** Of what an issuer asks: it hears that there is no room. */
export const orFull = async <T, F>(change: () => Promise<T>, full: F): Promise<T | F> => {
  try {
    return await change();
  } catch (error) {
    if (error instanceof OrderFull) return full;
    throw error;
  }
};

const changeTries = 50;

/** Undefined where there is no such order. */
export const changeOrder = async <T>(
  store: StageStore,
  orderNo: string,
  change: (order: StageOrder) => Promise<{ readonly order: StageOrder; readonly result: T }>,
): Promise<T | undefined> => {
  for (let n = 0; n < changeTries; n += 1) {
    const before = await store.find(orderNo);
    if (!before) return undefined;
    const { order, result } = await change(before);
    if (order === before) return result;
    if (await store.replace({ ...order, changes: before.changes + 1 }, before.changes)) return result;
  }
  throw new Error(`order ${orderNo} changed at every try`);
};

/** Judged by the one judge of all orders. */
export const judged = (order: StageOrder, message: OrderMessage, nowMs: number) => {
  const decision = decide(order.facts, order.held, message, nowMs);
  return { decision, order: { ...order, facts: decision.facts, held: decision.held } };
};
