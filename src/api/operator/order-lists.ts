import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSlots } from '../../bounded/slots';
import { csvLine } from '../../contract/csv';
import * as routes from '../../contract/operator/order-lists';
import { parseWith } from '../../contract/problem';
import type { QueryOf } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { findByCode, findByLink } from '../../operator/find-by-code';
import type { OrderDeps } from '../../second-interface/ask-order';
import { orderBody } from '../../second-interface/order-body';
import { statementColumns, statementLine } from '../../second-interface/statement-line';
import type { Issuers } from '../../store/issuers';
import type { OrderRow } from '../../store/orders';
import { authorizeOperator, type OperatorAuth, requireRole } from '../auth/operator-auth';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';

export interface OrderLists {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly operator: OperatorAuth;
}

const exportedMax = 100_000;
const readAtOnce = 500;
/** In one process: a long file takes one connection of the database for its time. */
const exportsAtOnce = 2;

/** How operators find orders: by a filter as list or file, and by the value of a code. */
export const mountOrderLists = (mount: Mount, { orderDeps, issuers, operator: auth }: OrderLists): void => {
  const exporting = createSlots(exportsAtOnce);

  type Filters = QueryOf<typeof routes.exportOrders>;
  const read = ({ issuerId, state, productId, q, from, to }: Filters, limit: number, before?: string) => {
    const filter = {
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

  const bodyOf = async (rows: readonly OrderRow[]) => {
    const issuerIds = [...new Set(rows.map((row) => row.issuerId))];
    const holds = new Map(await Promise.all(issuerIds.map(async (id) => [id, await orderDeps.holdsOf(id)] as const)));
    return (row: OrderRow) => orderBody(row, holds.get(row.issuerId) ?? [], orderDeps.nowMs(), undefined, 'operator');
  };

  mount.operator(routes.listAllOrders)(async ({ query: { limit, cursor, ...filters } }) => {
    const rows = await read(filters, limit + 1, cursor === undefined ? undefined : positionOf(cursor));
    return { status: 200, body: pageOf(rows, limit, await bodyOf(rows)) };
  });

  mount.operator(routes.findOrdersByCode)(async ({ body: { code, link, issuerId }, audit }) => {
    const by = code === undefined ? 'link' : 'code';
    const find = () =>
      code === undefined ? findByLink(orderDeps.orders, link ?? '') : findByCode(orderDeps, issuers, code, issuerId);
    const rows = await audit(
      { action: 'orders.searched', target: issuerId ?? 'platform', after: { by } },
      find,
      (found) => ({ after: { by, found: found.length } }),
    );
    return { status: 200, body: pageOf(rows, rows.length, await bodyOf(rows)) };
  });

  const lines = async function* (filters: Filters): AsyncGenerator<string> {
    yield csvLine(['issuerId', ...statementColumns]);
    let before: string | undefined;
    for (let left = exportedMax; left > 0; left -= readAtOnce) {
      const limit = Math.min(left, readAtOnce);
      const rows = await read(filters, limit, before);
      yield rows
        .map((row) => {
          const line = statementLine(row);
          return csvLine([row.issuerId, ...statementColumns.map((column) => line[column])]);
        })
        .join('');
      if (rows.length < limit) return;
      before = rows.at(-1)?.position;
    }
  };

  mount.bare(routes.exportOrders, async (request, response) => {
    const { operator } = await authorizeOperator(request, auth);
    requireRole(operator, routes.exportOrders.who);
    const filters = parseWith(routes.exportOrders.query, request.query);
    if (exporting.take(operator.name, 1) !== 'taken') {
      throw new Failure('rate_limited', { detail: 'Another export runs', retryAfterSeconds: 5 });
    }
    try {
      response.setHeader('cache-control', 'no-store');
      response.status(200).attachment('orders.csv').setHeader('content-type', 'text/csv; charset=utf-8');
      await pipeline(Readable.from(lines(filters)), response);
    } finally {
      exporting.giveBack(operator.name);
    }
  });
};
