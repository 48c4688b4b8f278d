import { codeAnswer } from '../contract/code';
import { fieldErrors } from '../contract/problem';
import { type VoidAnswer, voidAnswer } from '../contract/void-answer';
import { Failure, type FailureCode } from '../domain/failures';
import type { OrderName } from '../domain/ids';
import { type KeptMessage, linesOfKind, markOf, typeOfKind } from '../domain/kept-message';
import type { TimelineEntry, UnreadField } from '../domain/messages';
import { shownErrors } from '../domain/shown-errors';
import { openOrder } from '../sealing/order-row';
import type { OrderRow } from '../store/orders';
import type { ToldOrder } from '../store/told-orders';
import { decideVoid, noteVoidUnknown } from './after-sale/void-requests';
import { answerName } from './answer-name';
import { engineUnavailable, type OrderDeps } from './ask-order';
import { refuseOrder } from './refuse-order';
import { submitCodes } from './submit-codes';
import type { Told } from './told-message';

export interface AcknowledgedMessage {
  readonly id: string;
  /** As it stands in the body; undefined: a 2xx without one. */
  readonly answer?: unknown;
  /** What strict JSON does not allow in it. */
  readonly flaws?: readonly UnreadField[];
  /** Its issuer may speak an older version. */
  readonly todaysAnswer?: (type: string, answer: unknown) => unknown;
}

export interface AcknowledgementProblem {
  readonly code: FailureCode | 'answer_unreadable';
  readonly retryAfterSeconds?: number;
}

export interface Hearing {
  onceAnswered(then: () => void): void;
  /** Its whole row, where more is said to it than that a message was taken. */
  withOrder<T>(order: OrderName, say: (row: OrderRow) => Promise<T>): Promise<T>;
}

/**
 * An issuer has fetched a message that is no event, and answers it: heard as an answer to a call would be, through the
 * second interface. A second one says the same again, a late one counts as well. Resolves to why it could not be used: then
 * the message waits on.
 */
export const acknowledgeMessage = async (
  deps: OrderDeps,
  told: Told | Failure | undefined,
  { id, answer, todaysAnswer, flaws }: AcknowledgedMessage,
  { onceAnswered, withOrder }: Hearing,
): Promise<AcknowledgementProblem | undefined> => {
  if (!told || told instanceof Failure) return problemOf(told ?? new Failure('message_unknown'));
  const { row, message } = told;
  if (!message) return undefined;
  const said = todaysAnswer ? todaysAnswer(typeOfKind[message.kind], answer) : answer;
  // The same answer again is the same call: an Update that was judged is not judged twice.
  const call = answerName(deps, 'acknowledgement', id, said);
  onceAnswered(() => deps.answered.note(row, call));
  return takeAnswer(
    deps,
    told.row,
    message,
    await hearAnswer(deps, (say) => withOrder(row, say), message, call, said, flaws),
    said,
  );
};

/** All that were taken of one order at once, in one write. */
export const acknowledgeEvents = async (
  { orders, replays, nowMs }: OrderDeps,
  row: ToldOrder,
  events: readonly ToldOrder['events'][number][],
): Promise<void> => {
  const waiting = events.filter(({ status }) => status !== 'sent');
  if (waiting.length === 0) return;
  const lines = waiting.map(({ id = '', type, sequence, given }) => {
    const attempt = given?.attempt ?? 0;
    const detail = { message: id, try: attempt, ok: true, fetched: true, type, sequence };
    return { key: `${id}.acknowledged.${attempt}`, atMs: nowMs(), event: 'event_sent', detail } as const;
  });
  const sequences = waiting.map(({ sequence }) => sequence);
  if (row.eventsGivenUpAt) await orders.markReplayed(row, sequences, lines);
  else await orders.markEvent(row, sequences, 'sent', lines);
  for (const { replayId } of waiting) {
    if (replayId !== undefined) await replays.countTaken(row.issuerId, replayId);
  }
};

const takeAnswer = async (
  deps: OrderDeps,
  row: OrderName,
  message: KeptMessage,
  heard: Heard | Problem,
  answer: unknown,
): Promise<AcknowledgementProblem | undefined> => {
  const line = answeredLine(deps, message, answer, outcomeOf(heard));
  if ('code' in heard) {
    await deps.orders.recordTry(row, [line]);
    return heard;
  }
  const isSecond = message.taken === 'acknowledged' && !message.again;
  if (isSecond) return undefined;
  await deps.orders.recordTry(row, [line], {
    notified: message.kind === 'paid',
    tried: { message: { ...message, taken: 'acknowledged' }, isNew: false },
  });
  return undefined;
};

/** As the timeline tells it. */
export const outcomeOf = (heard: Heard | Problem): TimelineEntry['detail'] =>
  'code' in heard
    ? { ok: false, problem: heard.code, ...(heard.errors ? { errors: shownErrors(heard.errors) } : {}) }
    : { ok: true, ...heard };

type Problem = AcknowledgementProblem & { readonly errors?: readonly UnreadField[] };

const answeredLine = (
  { nowMs }: OrderDeps,
  { id, kind, given }: KeptMessage,
  answer: unknown,
  outcome: TimelineEntry['detail'],
): TimelineEntry => ({
  key: `${id}.acknowledged.${nowMs()}`,
  atMs: nowMs(),
  event: linesOfKind[kind].answered,
  detail: {
    message: id,
    try: given?.attempt ?? 0,
    status: answer === undefined ? 204 : 200,
    fetched: true,
    ...markOf(kind),
    ...outcome,
  },
});

class Unreadable extends Error {
  constructor(readonly errors: readonly UnreadField[]) {
    super('the answer is not readable');
  }
}

const problemOf = (error: unknown): Problem => {
  if (error instanceof Unreadable) return { code: 'answer_unreadable', errors: error.errors };
  if (!(error instanceof Failure)) throw error;
  const { errors, retryAfterSeconds } = error.extras;
  // Codes that have expired are a flaw of the answer, as a wrong field is.
  if (error.code === 'body_invalid') return { code: 'answer_unreadable', errors: errors ?? [] };
  return {
    code: error.code,
    ...(errors ? { errors } : {}),
    ...(error.retryable ? { retryAfterSeconds: retryAfterSeconds ?? 1 } : {}),
  };
};

interface Heard {
  readonly answer?: string;
}

type Order = <T>(say: (row: OrderRow) => Promise<T>) => Promise<T>;

/**
 * What the answer to a message says goes to its order; `call` names it, so that the same one is judged once. `order` is
 * asked for where there is something to say to it.
 */
export const hearAnswer = (
  deps: OrderDeps,
  order: Order,
  message: KeptMessage,
  call: string,
  answer: unknown,
  flaws: readonly UnreadField[] = [],
): Promise<Heard | Problem> => hear(deps, order, message, call, answer, flaws).catch(problemOf);

const hear = async (
  deps: OrderDeps,
  order: Order,
  message: KeptMessage,
  call: string,
  answer: unknown,
  flaws: readonly UnreadField[],
): Promise<Heard> => {
  if (message.kind === 'paid') return {};
  if (flaws.length > 0) throw new Unreadable(flaws);
  if (message.kind === 'code' || message.kind === 'closing') return hearCodes(deps, order, call, answer);
  const parsed = answer === undefined ? ({ status: 'deciding' } as const) : readWith(voidAnswer, answer);
  if (parsed.status !== 'deciding') await order((row) => hearVoidAnswer(deps, row, message.requestId, call, parsed));
  return { answer: parsed.status };
};

const readWith = <S extends typeof codeAnswer | typeof voidAnswer>(schema: S, answer: unknown) => {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data as S['_output'];
  throw new Unreadable(fieldErrors(parsed.error));
};

const hearCodes = async (deps: OrderDeps, order: Order, call: string, answer: unknown): Promise<Heard> => {
  const read = answer === undefined ? ({ status: 'issuing' } as const) : readWith(codeAnswer, answer);
  if (read.status === 'issuing') return { answer: 'issuing' };
  const { status } = await order(async (row) => {
    const { orderNo } = row;
    const { token } = openOrder(deps.ring, row);
    return read.status === 'issued'
      ? submitCodes(deps, row, call, { type: 'order.codes', orderNo, token, codes: read.codes })
      : refuseOrder(deps, row, call, { ...read, type: 'order.refusal', orderNo, token });
  });
  // Durable and not judged: the message stays, and the same answer again gets the judgement.
  if (status === 202) throw engineUnavailable();
  return { answer: read.status };
};

/** Also of an answer to a call. @throws Failure `already_decided`, `request_unknown`, `unavailable` */
export const hearVoidAnswer = async (
  deps: OrderDeps,
  row: OrderRow,
  requestId: string,
  call: string,
  answer: VoidAnswer,
): Promise<'over' | 'waiting'> => {
  switch (answer.status) {
    case 'deciding':
      return 'waiting';
    case 'unknown':
      await noteVoidUnknown(deps, row, `voidUnknown/${call}`, requestId);
      return 'waiting';
    default: {
      const { reason, detail } = answer.status === 'refused' ? answer : {};
      const decision = { by: 'issuer', isRightToken: true, requestId, decision: answer.status, reason } as const;
      const id = `decideVoid/${call}`;
      await decideVoid(deps, row, id, { ...decision, text: detail });
      return 'over';
    }
  }
};
