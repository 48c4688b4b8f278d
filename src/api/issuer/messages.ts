import { someAtOnce } from '../../bounded/some-at-once';
import type { GivenMessage } from '../../contract/issuer/messages';
import * as routes from '../../contract/issuer/messages';
import type { PlaceInEntry } from '../../contract/strict-json';
import { Failure } from '../../domain/failures';
import { type OrderName, orderId } from '../../domain/ids';
import { secondMs } from '../../domain/timings';
import { giveMessages } from '../../first-interface/give-messages';
import type { WaitingReaders } from '../../overload/waiting-readers';
import {
  type AcknowledgementProblem,
  acknowledgeEvents,
  acknowledgeMessage,
  type Hearing,
} from '../../second-interface/acknowledge-message';
import type { OrderDeps } from '../../second-interface/ask-order';
import { toldMessages } from '../../second-interface/told-message';
import { isUntouched } from '../../second-interface/untouched-order';
import type { IssuerRow, Issuers } from '../../store/issuers';
import { codesKept, type OrderRow } from '../../store/orders';
import type { ToldOrder } from '../../store/told-orders';
import type { RunMessages } from '../conformance/run-messages';
import type { Mount, Reading } from '../edge/mount';
import { inTurnOfSize, paidReader } from './whole-order';

/** Each is looked for and written down. */
const requestsPerResult = 2;
/** Of one call: it is answered in time, and leaves the engine to others. */
const acknowledgedAtOnceMax = 8;

interface Deps {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly readers: WaitingReaders;
  /** Of a conformance run: given and acknowledged beside the others, and known to none of them. */
  readonly runMessages: RunMessages;
}

/** The first interface by asking. */
export const mountMessages = (mount: Mount, { orderDeps, issuers, readers, runMessages }: Deps): void => {
  const giver = {
    rowReader: orderDeps.rowReader,
    queue: orderDeps.pulls,
    ring: orderDeps.ring,
    isUntouched: isUntouched.bind(undefined, orderDeps),
    nowMs: orderDeps.nowMs,
  };

  /** As it is now: who signed is known from a moment ago. @throws Failure `not_pull` */
  const fetching = async ({ _id }: Pick<IssuerRow, '_id'>): Promise<IssuerRow> => {
    const issuer = await issuers.find(_id);
    if (issuer?.callback.kind !== 'pull') throw new Failure('not_pull');
    return issuer;
  };

  mount.issuer(routes.readMessages)(async ({ issuer, query, isHead, atWork, onceAnswered }) => {
    const gone = new AbortController();
    onceAnswered(() => gone.abort());
    let isFirst = true;
    const look = async (): Promise<{ data: GivenMessage[]; isOver: boolean }> => {
      const { state } = await fetching(issuer);
      if (state === 'paused' || isHead) return { data: [], isOver: false };
      const { messages, isOver } = await runMessages.give(issuer._id, query.limit, isFirst);
      isFirst = false;
      const left = query.limit - messages.length;
      return { data: [...messages, ...(left > 0 ? await giveMessages(giver, issuer._id, left) : [])], isOver };
    };
    const { data } = await readers.wait({
      issuerId: issuer._id,
      waitMs: query.waitSeconds * secondMs,
      signal: gone.signal,
      look: () => atWork(look),
      isEnough: (given) => given.data.length > 0 || given.isOver,
    });
    return { status: 200, body: { data } };
  });

  mount.issuer(routes.acknowledgeMessages)(async (call) => {
    const { issuer, body, flawsByEntry, todaysAnswer, onceAnswered, atWork, alsoCosts } = call;
    await fetching(issuer);
    const flawsOf = flawsByEntry(answerFlaw);
    const results = body.results.map((result, at) => ({ ...result, flaws: flawsOf.get(at) ?? [], todaysAnswer }));
    alsoCosts(results.length * requestsPerResult);
    let isOver = false;
    onceAnswered(() => {
      isOver = true;
    });
    const ids = [...new Set(results.map(({ id }) => id))];
    const own = ids.filter((id) => !runMessages.has(id));
    const told = await atWork(() => toldMessages(orderDeps, issuer._id, own));
    await someAtOnce(acknowledgedAtOnceMax, eventsByOrder(told), ({ row, events }) =>
      atWork(() => acknowledgeEvents(orderDeps, row, events)),
    );
    const hearing = { onceAnswered, withOrder: orderReader(call) };
    const hear = async (result: (typeof results)[number], n: number) => {
      // Nobody hears of it any more: the repeat says all of it again.
      if (isOver) throw new Failure('unavailable', { retryAfterSeconds: 1 });
      const { id } = result;
      if (runMessages.has(id)) return runMessages.acknowledge(issuer._id, result);
      const now = n === 0 ? told : await atWork(() => toldMessages(orderDeps, issuer._id, [id]));
      return acknowledgeMessage(orderDeps, now.get(id), result, hearing);
    };
    const problems: { id: string; code: AcknowledgementProblem['code'] }[] = [];
    let retryAfterSeconds: number | undefined;
    // What is said twice of one message is heard one after the other.
    await someAtOnce(acknowledgedAtOnceMax, ids, async (id) => {
      const ofMessage = results.filter((one) => one.id === id);
      for (const [n, result] of ofMessage.entries()) {
        const problem = await hear(result, n);
        if (!problem) continue;
        problems.push({ id, code: problem.code });
        if (problem.retryAfterSeconds) retryAfterSeconds = Math.max(retryAfterSeconds ?? 1, problem.retryAfterSeconds);
      }
    });
    const answer = { acknowledged: results.length - problems.length, problems };
    return retryAfterSeconds === undefined
      ? { status: 200, body: answer }
      : { status: 200, body: answer, isKept: false, retryAfterSeconds };
  });

  /** Of one call: each order that is spoken to is read whole once, and paid for. @throws Failure `unavailable` */
  const orderReader = (reading: Reading): Hearing['withOrder'] => {
    const rows = new Map<string, Promise<OrderRow>>();
    const readPaid = paidReader(orderDeps, reading);
    const read = async (order: OrderName): Promise<OrderRow> => {
      const row = await readPaid(order);
      if (!row || !(await isUntouched(orderDeps, row))) throw new Failure('unavailable', { retryAfterSeconds: 60 });
      return row;
    };
    return async (order, say) => {
      const known = rows.get(orderId(order)) ?? read(order);
      rows.set(orderId(order), known);
      const row = await known;
      return inTurnOfSize(reading, codesKept(row), () => say(row));
    };
  };
};

const eventsByOrder = (told: Awaited<ReturnType<typeof toldMessages>>) => {
  const orders = new Map<string, { row: ToldOrder; events: ToldOrder['events'][number][] }>();
  for (const one of told.values()) {
    if (one instanceof Failure || !one.event) continue;
    const { row, event } = one;
    const known = orders.get(row._id) ?? { row, events: [] };
    known.events.push(event);
    orders.set(row._id, known);
  }
  return [...orders.values()];
};

/** An answer that strict JSON does not allow cannot be used; what is wrong beside it is wrong with the whole. */
const answerFlaw: PlaceInEntry = ([list, at, field, ...path]) =>
  list === 'results' && field === 'answer' ? { at: Number(at), path } : undefined;
