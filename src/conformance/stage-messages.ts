import { Failure } from '../domain/failures';
import type { UnreadField } from '../domain/messages';
import type { AcknowledgedMessage, AcknowledgementProblem } from '../second-interface/acknowledge-message';
import type { AnswerRead } from './answer-read';
import { hearCodes, readVoid } from './answers';
import { type Message, newMessageId } from './sending';
import {
  changeOrder,
  fullRetrySeconds,
  orFull,
  type StageMessage,
  type StageOrder,
  type StageStore,
} from './stage-order';

export interface StageMessagesDeps {
  readonly store: StageStore;
  readonly fingerprintKey: Uint8Array;
  readonly nowMs: () => number;
}

export type GivenStageMessage = Message & { readonly id: string; readonly attempt: number };

interface Given {
  readonly messages: readonly GivenStageMessage[];
  /** What waits is told by a fetch that begins: this one waits no longer. */
  readonly isOver: boolean;
}

const refusesFetch = ({ script }: StageOrder) => script.find(({ call }) => call === 'messages');

/** The first interface by asking, of orders that are sold to nobody: given, and acknowledged, as messages of real ones. */
export const createStageMessages = ({ store, fingerprintKey, nowMs }: StageMessagesDeps) => {
  const giveOf = async (orderNo: string, limit: number): Promise<readonly GivenStageMessage[]> => {
    const give = () =>
      changeOrder(store, orderNo, async (order) => {
        const atMs = nowMs();
        const due = order.messages.filter(({ dueAtMs }) => dueAtMs !== undefined && dueAtMs <= atMs).slice(0, limit);
        if (due.length === 0) return { order, result: [] };
        const messages = order.messages.map((message) => (due.includes(message) ? givenAt(message, atMs) : message));
        const result = due.map(({ id, content, givings }) => ({ id, ...content, attempt: givings + 1 }));
        return { order: { ...order, messages }, result };
      });
    return (await orFull(give, [])) ?? [];
  };

  /** @throws Failure as the order's script says */
  const refuse = async ({ orderNo }: StageOrder): Promise<void> => {
    const script = await changeOrder(store, orderNo, async (order) => {
      const result = refusesFetch(order);
      return result
        ? { order: { ...order, script: order.script.filter((one) => one !== result) }, result }
        : { order, result: undefined };
    });
    if (script) throw new Failure('unavailable', { retryAfterSeconds: script.retryAfterSeconds });
  };

  const read = async (
    { issuerId, orderNo }: StageOrder,
    { content: { type } }: StageMessage,
    { answer, flaws = [], todaysAnswer = (_type, json) => json }: Omit<AcknowledgedMessage, 'id'>,
  ): Promise<(order: StageOrder) => { order: StageOrder; read?: AnswerRead }> => {
    const said = answer === undefined ? undefined : { json: todaysAnswer(type, answer), ...unreadOf(flaws) };
    if (type === 'order.void_requested') return (order) => ({ order, read: readVoid(said) });
    if (type !== 'order.code_requested' && type !== 'order.closing') return (order) => ({ order });
    return hearCodes(said, {
      ...{ issuerId, fingerprintKey, submissionId: newMessageId(), nowMs: nowMs(), isKept: true },
      isReused: (values) => store.holdsElsewhere(orderNo, values),
    });
  };

  return {
    /** `isFirst`: the fetch begins with this look, and may still be refused. @throws Failure `unavailable` */
    give: async (limit: number, isFirst: boolean): Promise<Given> => {
      const due = await store.due(nowMs(), limit);
      const refusing = due.find(refusesFetch);
      if (refusing && isFirst) await refuse(refusing);
      const messages: GivenStageMessage[] = [];
      for (const order of due) {
        if (messages.length >= limit) break;
        if (!refusesFetch(order)) messages.push(...(await giveOf(order.orderNo, limit - messages.length)));
      }
      return { messages, isOver: refusing !== undefined };
    },

    /** Resolves to why it could not be used: then the message waits on. */
    acknowledge: async ({ id, ...said }: AcknowledgedMessage): Promise<AcknowledgementProblem | undefined> => {
      const found = await store.findByMessage(id);
      let reading: ReturnType<typeof read> | undefined;
      const change = () =>
        changeOrder(store, found?.orderNo ?? '', async (before) => {
          const message = before.messages.find((one) => one.id === id);
          if (!message || message.givings === 0) return { order: before, result: unknown };
          if (message.unheard === 0) reading ??= read(before, message, said);
          const hear = message.unheard === 0 ? await reading : undefined;
          const { order, result, after } = acknowledged(hear?.(before) ?? { order: before }, message, nowMs());
          return {
            order: { ...order, messages: order.messages.map((one) => (one === message ? after : one)) },
            result,
          };
        });
      const problem = await orFull(change, full);
      return found ? problem : unknown;
    },
  };
};

export type StageMessages = ReturnType<typeof createStageMessages>;

const unknown: AcknowledgementProblem = { code: 'message_unknown' };
const unavailable: AcknowledgementProblem = { code: 'unavailable', retryAfterSeconds: 1 };
const full: AcknowledgementProblem = { code: 'rate_limited', retryAfterSeconds: fullRetrySeconds };

const givenAt = ({ dueAtMs: _now, ...message }: StageMessage, atMs: number): StageMessage => {
  const givings = message.givings + 1;
  const leaseMs = givings < message.givingsMin ? 0 : message.leaseMs;
  return { ...message, givings, givenAtMs: atMs, ...(message.isOnce ? {} : { dueAtMs: atMs + leaseMs }) };
};

const acknowledged = (
  { order, read }: { order: StageOrder; read?: AnswerRead },
  message: StageMessage,
  atMs: number,
): { order: StageOrder; after: StageMessage; result: AcknowledgementProblem | undefined } => {
  const { dueAtMs: _over, ...done } = message;
  const with_ = (line: StageMessage['acknowledgements'][number]) => [...message.acknowledgements, line];
  if (message.unheard > 0) {
    const acknowledgements = with_({ atMs, isUnheard: true });
    return { order, after: { ...message, unheard: message.unheard - 1, acknowledgements }, result: unavailable };
  }
  const acknowledgements = with_({ atMs, ...(read ? { read } : {}) });
  const result = read?.kind === 'unusable' ? { code: read.code } : undefined;
  const isDone = result === undefined && message.givings >= message.givingsMin;
  return { order, after: { ...(isDone ? done : message), acknowledgements }, result };
};

const unreadOf = (flaws: readonly UnreadField[]) => (flaws.length > 0 ? { unread: flaws } : {});
