import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failures';
import type { OrderName } from '../domain/ids';
import { orderId } from '../domain/ids';
import { type Decision, decide } from '../domain/judge/decide';
import type { Answer, OrderMessage } from '../domain/messages';
import type { AfterSale } from '../domain/order';
import type { OrderRow, RowChange } from '../store/orders';
import { afterSalesDue, startAfterSales } from './after-sale/start-after-sale';
import { withTerminal } from './after-sale/told-terminal';
import { expectNotRefused, type OrderDeps } from './ask-order';
import { codesAsked, markTaken } from './codes-in-place';
import { findOrder } from './find-order';
import { isSettled } from './is-settled';

/** Other processes may change the same row: each round one of them gets through. */
const roundsMax = 40;
const waitingMax = 256;
const pauseMaxMs = 30;

/** One after the other within a process, so that calls about one order do not keep each other from writing. */
const turns = new Map<string, { last: Promise<unknown>; waiting: number }>();

const inTurn = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
  const turn = turns.get(key) ?? { last: Promise.resolve(), waiting: 0 };
  if (turn.waiting >= waitingMax) throw new Failure('rate_limited', { retryAfterSeconds: 1 });
  turn.waiting += 1;
  turns.set(key, turn);
  const mine = turn.last.then(work, work);
  turn.last = mine.catch(() => undefined);
  try {
    return await mine;
  } finally {
    turn.waiting -= 1;
    if (turn.waiting === 0) turns.delete(key);
  }
};

export interface RowMessage {
  readonly message: OrderMessage;
  /** Whose items the judge needs to know; left out: all. */
  readonly itemIds?: readonly string[];
  /** Written with the decision. */
  readonly change?: RowChange;
  /** What the terminal gets once that is written. */
  readonly afterSale?: AfterSale | undefined;
}

export interface Changed<A extends Answer = Answer> {
  readonly answer: Exclude<A, { kind: 'refused' }>;
  readonly row: OrderRow;
  readonly isChanged: boolean;
}

/**
 * Judges from the row of an order whose workflow has ended, and writes facts, lines, events and ledger at once. The first
 * durable write decides; whoever meets a row that changed is judged anew.
 *
 * @throws Failure with the verdict's code, `in_progress` while the order's own workflow is still writing its end.
 */
export const changeRow = (
  deps: OrderDeps,
  name: OrderName,
  messageFor: (row: OrderRow) => Promise<RowMessage>,
): Promise<Changed> =>
  inTurn(orderId(name), async () => {
    for (let round = 0; round < roundsMax; round += 1) {
      const row = await findOrder({ orderDeps: deps }, name.issuerId, name.orderNo);
      await deps.ledger.keep(row, row.ledger ?? []);
      await markTaken(deps, row);
      const { message, itemIds, change, afterSale } = await messageFor(row);
      const held = await codesAsked(deps, row, message, itemIds);
      const decision = decide(row.facts, held, message, deps.nowMs());
      const answer = expectNotRefused(decision.answer, row.facts, deps.nowMs());
      if (decision.facts === row.facts) return { answer, row, isChanged: false };
      if (!isSettled(row, deps.nowMs())) {
        await pause(pauseMaxMs * (round + 1));
        continue;
      }
      const events = withTerminal(decision.events, change?.terminal);
      const due = afterSalesDue(deps, name, decision.facts, events, afterSale);
      if (await deps.orders.applyDecision(row, { ...decision, events, afterSalesDue: due }, change)) {
        // What does not begin now the reconciler finds in the row.
        startAfterSales(deps, { ...name, facts: decision.facts, afterSalesDue: due }).catch(() => undefined);
        for (const { sequence } of decision.events) {
          deps.gateway.startEvent(row, sequence).catch(() => undefined);
        }
        return { answer, row: { ...row, ...change, ...viewOf(decision) }, isChanged: true };
      }
      await pause(Math.random() * pauseMaxMs);
    }
    throw new Failure('in_progress', { retryAfterSeconds: 1 });
  });

const viewOf = ({ facts }: Decision): Pick<OrderRow, 'facts' | 'state' | 'version'> => ({
  facts,
  state: facts.state,
  version: facts.version,
});
