import { createPerMinute } from '../../bounded/per-minute';
import { statementColumns } from '../../contract/issuer/statements';
import * as routes from '../../contract/operator/order-lists';
import { defaultLimit } from '../../contract/query';
import type { QueryOf } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { findByCode, findByLink } from '../../operator/find-by-code';
import type { OrderDeps } from '../../second-interface/ask-order';
import { statementLine } from '../../second-interface/statements/statement-line';
import type { Issuers } from '../../store/issuers';
import type { ListedOrder } from '../../store/orders';
import { csvLines, pagesOf } from '../edge/file-answer';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';
import { operatorOrder } from './operator-order';

export interface OrderLists {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
}

/** A minute, of one operator: codes may be short, and whoever tries them one after the other would find some. */
const missedMax = 30;

/** How operators find orders: by a filter as list or file, and by the value of a code. */
export const mountOrderLists = (mount: Mount, { orderDeps, issuers }: OrderLists): void => {
  type Filters = QueryOf<typeof routes.exportOrders>;
  const read = (
    { issuerId, mode = 'live', state, productId, q, from, to }: Filters,
    limit: number,
    before?: string,
  ) => {
    const filter = {
      mode,
      ...(issuerId !== undefined ? { issuerId } : {}),
      ...(state !== undefined ? { state } : {}),
      ...(productId !== undefined ? { productId } : {}),
      ...(from !== undefined ? { createdFrom: new Date(from) } : {}),
      ...(to !== undefined ? { createdTo: new Date(to) } : {}),
      ...(before !== undefined ? { before } : {}),
      limit,
    };
    return q === undefined ? orderDeps.orders.list(filter) : orderDeps.orders.search(q, filter);
  };

  const bodyOf = async (rows: readonly ListedOrder[]) => {
    const issuerIds = [...new Set(rows.map((row) => row.issuerId))];
    const holds = new Map(await Promise.all(issuerIds.map(async (id) => [id, await orderDeps.holdsOf(id)] as const)));
    return orderDeps.rowReader.of('orders', (row: ListedOrder) =>
      operatorOrder(row, holds.get(row.issuerId) ?? [], orderDeps.nowMs()),
    );
  };

  const list = async ({ limit, cursor, ...filters }: QueryOf<typeof routes.listAllOrders>) => {
    const rows = await read(filters, limit + 1, cursor === undefined ? undefined : positionOf(cursor));
    const page = await orderDeps.orders.page(rows, limit);
    return { status: 200, body: pageOf(page.rows, page.limit, await bodyOf(page.rows)) } as const;
  };
  mount.operator(routes.listAllOrders)(({ query }) => list(query));

  const missed = createPerMinute(missedMax, orderDeps.nowMs);
  mount.operator(routes.findOrdersByCode)(async ({ body, operator, audit }) => {
    const { code, link, limit = defaultLimit, ...filters } = body;
    if (filters.q !== undefined) return list({ ...filters, limit });
    const { issuerId } = filters;
    const retryAfterSeconds = missed.secondsLeft(operator.name);
    if (code !== undefined && retryAfterSeconds !== undefined) {
      throw new Failure('rate_limited', { detail: 'Too many codes that no order has', retryAfterSeconds });
    }
    // Before it is looked for: of many at once none passes the limit.
    if (code !== undefined) missed.note(operator.name);
    const by = code === undefined ? 'link' : 'code';
    const find = () =>
      code === undefined ? findByLink(orderDeps, link ?? '') : findByCode(orderDeps, issuers, code, filters);
    const rows = await audit(
      { action: 'orders.searched', target: issuerId ?? 'platform', after: { by } },
      find,
      (found) => ({ after: { by, found: found.length } }),
    );
    if (code !== undefined && rows.length > 0) missed.note(operator.name, -1);
    const { rows: shown } = await orderDeps.orders.page(rows, rows.length);
    return { status: 200, body: pageOf(shown, shown.length, await bodyOf(shown)) };
  });

  mount.operatorFile(routes.exportOrders)(({ query }) => {
    // What is searched for may be a person's.
    const { q, ...filters } = query;
    return {
      deed: { action: 'orders.exported', target: 'orders', after: { ...filters, ...(q ? { searched: true } : {}) } },
      name: 'orders.csv',
      lines: csvLines(
        ['issuerId', ...statementColumns],
        pagesOf<ListedOrder>((limit, last) => read(query, limit, last?.position)),
        (write) => orderDeps.rowReader.of('orders', write),
        (row) => ({ issuerId: row.issuerId, ...statementLine(row) }),
      ),
    };
  });
};
