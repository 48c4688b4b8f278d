import * as routes from '../../contract/operator/batches';
import type { BodyOf } from '../../contract/route';
import { Failure, type FailureCode } from '../../domain/failures';
import type { ListedFacts } from '../../domain/items';
import { runningWindow, statesInWindow } from '../../domain/order';
import type { OrderSettings } from '../../domain/settings';
import { createBatchPace } from '../../operator/batch-pace';
import type { OrderActions } from '../../operator/order-actions';
import { engineUnavailable } from '../../second-interface/ask-order';
import { expectKnown } from '../../second-interface/find-order';
import { saidText } from '../../second-interface/said-text';
import { requireUntouched } from '../../second-interface/untouched-order';
import type { Issuers } from '../../store/issuers';
import type { ListedOrder, ListFilter, OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { cursorOf, positionOf } from '../edge/paging';
import type { OperatorOrders } from './orders';

type Batch = BodyOf<typeof routes.runBatch>;

export interface OperatorBatches extends Pick<OperatorOrders, 'orderDeps'> {
  readonly issuers: Issuers;
  readonly actions: OrderActions;
}

/** Of one call, however few of them the action is for. */
const rowsLimit = 5_000;
const pageRows = 200;
/** The engine is away then: each further order would only wait for it in vain. */
const awayInARowMax = 3;

/** One action on many orders, in calls of a size that the caller chooses: so it can be followed, and stopped. */
export const mountOperatorBatches = (mount: Mount, deps: OperatorBatches): void => {
  const { orderDeps, actions } = deps;
  const pace = createBatchPace(orderDeps.nowMs);

  /** How much longer the running window of an order would be by the settings of today; 0: it is long enough. */
  const missingMsOf = async (row: ListedOrder, issuerOf = deps.issuers.find): Promise<number> => {
    const issuer = await issuerOf(row.issuerId);
    return issuer ? missingMs(row.facts, await orderDeps.settings.effectiveFor(issuer, row.product.id)) : 0;
  };

  const act = async ({ action, reason }: Batch, fresh: OrderRow): Promise<void> => {
    if (action !== 'cancel') await requireUntouched(orderDeps, fresh);
    switch (action) {
      case 'cancel':
        await actions.cancel(fresh, reason);
        return;
      case 'refund':
        await actions.refund(fresh, { reason: reason as string });
        return;
      case 'apply_settings': {
        const extensionMs = await missingMsOf(fresh);
        if (extensionMs > 0) await actions.extend(fresh, extensionMs);
        return;
      }
      case 'void':
      case 'complete':
        if ((await actions[action](fresh, { reason })) === 'unavailable') throw engineUnavailable();
        return;
      default:
        await actions[action](fresh);
    }
  };

  const matching = async ({ filter, action, limit, cursor }: Batch) => {
    const matched: ListedOrder[] = [];
    const issuerOf = remembered(deps.issuers.find);
    const pageLimit = Math.max(limit, pageRows);
    let before = cursor === undefined ? undefined : positionOf(cursor);
    for (let read = 0; read < rowsLimit; ) {
      const rows = await orderDeps.orders.list({
        ...filterOf(filter, action),
        ...(before ? { before } : {}),
        limit: pageLimit + 1,
      });
      read += rows.length;
      for (const row of rows) {
        if (matched.length === limit) return { matched, nextCursor: cursorOf(before as string) };
        if (action !== 'apply_settings' || (await missingMsOf(row, issuerOf)) > 0) matched.push(row);
        before = row.position;
      }
      if (rows.length <= pageLimit) return { matched };
    }
    return { matched, nextCursor: cursorOf(before as string) };
  };

  mount.operator(routes.runBatch)(async ({ body, operator, audit }) => {
    const { filter, action, dryRun } = body;
    const { matched, nextCursor } = await matching(body);
    /** For all of them in the audit log, once each order has cut its codes out of it: none waits for those of all others. */
    let reason = body.reason;
    let cutBy = 0;
    const failed: { issuerId: string; orderNo: string; code: FailureCode }[] = [];
    const orders: string[] = [];
    let awayInARow = 0;
    const actOnAll = async (): Promise<number> =>
      pace.each(operator.name, matched, async (row) => {
        try {
          const fresh = await orderDeps.orders.find(row);
          if (fresh && reason !== undefined) reason = await saidText(orderDeps, fresh, reason);
          cutBy += 1;
          await act(body, expectKnown(fresh));
          orders.push(row._id);
          awayInARow = 0;
        } catch (error) {
          const { issuerId, orderNo } = row;
          const code = error instanceof Failure ? error.code : 'internal';
          failed.push({ issuerId, orderNo, code });
          awayInARow = code === 'unavailable' ? awayInARow + 1 : 0;
        }
        return awayInARow < awayInARowMax;
      });
    const done = dryRun
      ? matched.length
      : await audit(
          { action: 'orders.batch', target: action, after: { ...filter, matched: matched.length } },
          actOnAll,
          (n) => ({
            after: {
              ...filter,
              ...(reason !== undefined && cutBy === matched.length ? { reason } : {}),
              ...{ matched: n, changed: orders.length, orders },
            },
          }),
        );
    const changed = orders.length;
    const looked = matched.slice(0, done);
    const last = looked.at(-1);
    const next = last && looked.length < matched.length ? cursorOf(last.position) : nextCursor;
    return {
      status: 200,
      body: { matched: looked.length, changed, failed, ...(next === undefined ? {} : { nextCursor: next }) },
    };
  });
};

const filterOf = (
  { issuerId, productId, from, to, state }: Batch['filter'],
  action: Batch['action'],
): Omit<ListFilter, 'limit'> => ({
  ...(issuerId !== undefined ? { issuerId } : {}),
  ...(productId !== undefined ? { productId } : {}),
  ...(from !== undefined ? { createdFrom: new Date(from) } : {}),
  ...(to !== undefined ? { createdTo: new Date(to) } : {}),
  ...(state !== undefined ? { state } : {}),
  ...(state === undefined && action === 'apply_settings' ? { states: statesInWindow } : {}),
});

/** For one call: its rows have few issuers. */
const remembered = (find: Issuers['find']): Issuers['find'] => {
  const found = new Map<string, ReturnType<Issuers['find']>>();
  return (issuerId) => {
    const issuer = found.get(issuerId) ?? find(issuerId);
    found.set(issuerId, issuer);
    return issuer;
  };
};

const missingMs = (facts: ListedFacts, settings: OrderSettings): number => {
  const { state, verifyWindowMs, verifyExtensionMs, issueWindowMs, issueExtensionMs } = facts;
  const running = runningWindow(state);
  if (running === 'verify') return settings.verifyWindowSeconds * 1_000 - verifyWindowMs - verifyExtensionMs;
  return running ? settings.issueWindowSeconds * 1_000 - issueWindowMs - issueExtensionMs : 0;
};
