import { isUnderItsName, takenOverActivityId } from '../domain/ids';
import type { IssuerRow } from '../store/issuers';
import type { WithPendingEvents } from '../store/orders';
import type { OrderDeps } from './ask-order';

const rowsAtOnce = 100;
/** The reconciler has what is left beyond these. */
const roundsMax = 10;

/**
 * An issuer fetches its messages from now on, or is called again: what is pending goes the new way at once. What a death
 * leaves of it is found by the reconciler, and by the next look of the calls that wait.
 */
export const takeOverMessages = async (
  deps: Pick<OrderDeps, 'orders' | 'pulls' | 'gateway' | 'nowMs'>,
  issuerId: string,
  kind: IssuerRow['callback']['kind'],
): Promise<void> => {
  const { orders, pulls, nowMs } = deps;
  if (kind === 'pull') {
    for (const what of ['open', 'events', 'void_requests'] as const) await pulls.offerAll(issuerId, what, nowMs());
    return;
  }
  for (let n = 0; n < roundsMax; n += 1) {
    const rows = await pulls.left(issuerId, rowsAtOnce);
    if (rows.length === 0) return;
    for (const row of rows) await tellEvents(deps, issuerId, row);
  }
  await orders.lookAtEvents(issuerId, new Date(nowMs()));
};

const tellEvents = async (
  { pulls, gateway }: Pick<OrderDeps, 'pulls' | 'gateway'>,
  issuerId: string,
  row: WithPendingEvents,
): Promise<void> => {
  // What somebody else put into its queue is taken out of it like all others.
  const pending = row.issuerId === issuerId && isUnderItsName(row) ? row.events : [];
  await Promise.all(
    pending.map(({ sequence }) => gateway.startEvent(row, sequence, undefined, takenOverActivityId(row, sequence))),
  );
  await pulls.give(row, { messages: new Map(), events: new Map(), lines: [], nextAtMs: undefined });
};
