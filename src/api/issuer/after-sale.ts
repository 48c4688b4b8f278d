import * as routes from '../../contract/issuer/after-sale';
import { itemCount } from '../../domain/items';
import { registerAfterSale, type TerminalProblem } from '../../second-interface/after-sale/issuer-operations';
import { listItems, listRedemptions } from '../../second-interface/after-sale/item-lists';
import type { OrderDeps } from '../../second-interface/ask-order';
import { findOrder } from '../../second-interface/find-order';
import type { Mount } from '../edge/mount';
import { cursorInvalid } from '../edge/paging';
import { orderOperation } from './order-operations';

/** The order's life after the sale, and what there is to read of it. */
export const mountAfterSale = (mount: Mount, orderDeps: OrderDeps, terminalProblem: TerminalProblem): void => {
  registerAfterSale(orderOperation(mount, orderDeps), terminalProblem);

  mount.issuer(routes.listItems)(async ({ issuer, params, query, readCodes }) => {
    const row = await findOrder({ orderDeps }, issuer._id, params.orderNo);
    readCodes(itemCount(row.facts));
    const after = offsetIn(query.cursor);
    const { rows, isLast } = await listItems(orderDeps, row, after, query.limit);
    return { status: 200, body: { data: rows, nextCursor: isLast ? null : offsetCursor(after + query.limit) } };
  });

  mount.issuer(routes.listRedemptions)(async ({ issuer, params, query }) => {
    const order = { issuerId: issuer._id, orderNo: params.orderNo };
    const { rows, lastSeq, isLast } = await listRedemptions(orderDeps, order, offsetIn(query.cursor), query.limit);
    return { status: 200, body: { data: rows, nextCursor: isLast ? null : offsetCursor(lastSeq) } };
  });
};

const offsetCursor = (offset: number): string => Buffer.from(`after/${offset}`).toString('base64url');

/** @throws Failure `body_invalid` at `/cursor` for what was never given out. */
const offsetIn = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0;
  const offset = /^after\/(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (offset !== undefined) return Number(offset);
  throw cursorInvalid();
};
