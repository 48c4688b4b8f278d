import { someAtOnce } from '../bounded/some-at-once';
import { isDueByClock } from '../domain/clock';
import { Failure } from '../domain/failures';
import { type OrderName, voidRequestWorkflowId, workflowId } from '../domain/ids';
import { isFinal } from '../domain/order';
import { eventDelayMs } from '../outbound/schedule';
import { askOrder, engineUnavailable, type OrderDeps } from '../second-interface/ask-order';
import { changeRow } from '../second-interface/change-row';
import type { DayCounts } from '../store/day-counts';
import type { IssuerRow } from '../store/issuers';
import type { OrderRow } from '../store/orders';
import { movesPerDay } from './limits';

/** Each is read whole once: in turns with other readings, and paid for. */
interface OrderReading {
  read(order: OrderName): Promise<OrderRow | null>;
  inTurn<T>(row: OrderRow, work: () => Promise<T>): Promise<T>;
}

const ordersMax = 500;
const atOnceMax = 8;

/**
 * Moves the time of a test issuer's open orders: windows, the time of void requests, and whatever call out would be tried
 * again by then. The same call again moves nothing. Resolves to how many orders it was: each is asked, which its history
 * keeps.
 *
 * @throws Failure `unavailable`, `rate_limited`
 */
export const advanceClock = async (
  deps: OrderDeps & { readonly dayCounts: Pick<DayCounts, 'require'>; readonly orderReading: OrderReading },
  issuer: IssuerRow,
  id: string,
  byMs: number,
): Promise<number> => {
  const rows = await deps.orders.waitingOf(issuer._id, ordersMax);
  const share = { name: `moves/${issuer._id}`, n: rows.length, at: new Date(deps.nowMs()), limit: movesPerDay };
  await deps.dayCounts.require({ ...share, detail: `The clock of a test issuer moves ${movesPerDay} orders a day` });
  await someAtOnce(atOnceMax, rows, async (seen) => {
    const { read, inTurn } = deps.orderReading;
    const row = await read(seen);
    if (!row) return;
    const after = await inTurn(row, () => advanceOrder(deps, row, id, byMs));
    const moved = after ?? (await read(row));
    if (moved) await hurryCalls(deps, issuer, moved);
  });
  return rows.length;
};

/** Undefined: it ended meanwhile. */
const advanceOrder = async (
  deps: OrderDeps,
  row: OrderRow,
  id: string,
  byMs: number,
): Promise<OrderRow | undefined> => {
  const message = { kind: 'advance', id, byMs } as const;
  try {
    if (isFinal(row.facts.state)) return (await changeRow(deps, row, async () => ({ message, itemIds: [] }))).row;
    const judged = await askOrder(deps, row, `advance/${id}`, message);
    if (judged === 'unavailable') throw engineUnavailable();
    return judged.row;
  } catch (error) {
    if (!(error instanceof Failure) || error.retryable) throw error;
    return undefined;
  }
};

/** No jitter. */
const evenly = (): number => 0.5;

const hurryCalls = async ({ gateway, settings, nowMs }: OrderDeps, issuer: IssuerRow, row: OrderRow): Promise<void> => {
  const { advances, voidRequest } = row.facts;
  const isDue = (sinceMs: number, untilMs: number): boolean =>
    isDueByClock(advances, { sinceMs, untilMs, nowMs: nowMs() });
  await gateway.hurryCalls(workflowId(row), isDue);
  if (voidRequest?.state === 'open') {
    await gateway.moveVoidRequest(row, voidRequest.requestId);
    await gateway.hurryCalls(voidRequestWorkflowId(row, voidRequest.requestId), isDue);
  }
  const { eventDelaysSeconds } = await settings.effectiveFor(issuer, row.product.id);
  for (const { status, sequence } of row.events) {
    const tries = row.timeline.filter(({ event, detail }) => event === 'event_sent' && detail.sequence === sequence);
    const lastMs = tries.at(-1)?.atMs;
    const delayMs = eventDelayMs(tries.length, evenly, eventDelaysSeconds);
    const isWaiting = status === 'pending' && lastMs !== undefined && delayMs !== undefined;
    if (isWaiting && isDue(lastMs, lastMs + delayMs)) await gateway.hurryEvent(row, sequence);
  }
};
