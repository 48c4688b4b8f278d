import * as routes from '../../contract/issuer/orders';
import { bodyInvalid } from '../../contract/problem';
import { isText, orderNoPattern, turnOf } from '../../domain/ids';
import type { LoadShedder } from '../../overload/load-shedder';
import { createOrdersPerSecond } from '../../overload/orders-per-second';
import { expectKnown } from '../../second-interface/find-order';
import { orderBody } from '../../second-interface/order-body';
import { type Placing, pickupUrl, placeOrder } from '../../second-interface/place-order';
import { timelineBody } from '../../second-interface/timeline-body';
import { requireUntouched } from '../../second-interface/untouched-order';
import type { IssuerRow } from '../../store/issuers';
import type { ListedOrder } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { changeCursorOf, changeOf, pageOf, positionOf } from '../edge/paging';
import { mountBulkOrders } from './bulk-orders';

/** The order API: place, read, list, timeline. */
export const mountOrders = (mount: Mount, placing: Placing, loadShedder: Pick<LoadShedder, 'admit'>): void => {
  const { orderDeps, publicUrl } = placing;

  const ordersPerSecond = createOrdersPerSecond(orderDeps.nowMs);
  const admitOne = (issuer: IssuerRow): void => ordersPerSecond.admit(issuer._id, issuer.ordersPerSecond);
  const admit = (issuer: IssuerRow): void => {
    admitOne(issuer);
    loadShedder.admit(turnOf(issuer._id));
  };

  mountBulkOrders(mount, placing, { admitOne, admitAll: ({ _id }, orders) => loadShedder.admit(turnOf(_id), orders) });

  mount.issuer(routes.placeOrder, { admit })(({ issuer, body }) => placeOrder(placing, issuer, body));

  mount.issuer(routes.listOrders)(async ({ issuer, query }) => {
    const { state, q, createdAfter, updatedAfter, paymentId, cursor } = query;
    const filter = {
      issuerId: issuer._id,
      ...(state ? { state } : {}),
      ...(createdAfter ? { createdAfter: new Date(createdAfter) } : {}),
      limit: query.limit + 1,
    };
    const bodyOf = orderDeps.rowReader.of('orders', (row: ListedOrder) =>
      orderBody(row, issuer.holds, orderDeps.nowMs()),
    );
    if (q !== undefined && (updatedAfter !== undefined || paymentId !== undefined)) throw notTogether();
    if (updatedAfter === undefined && paymentId === undefined) {
      const page = { ...filter, ...(cursor ? { before: positionOf(cursor) } : {}) };
      const rows = await (q === undefined ? orderDeps.orders.list(page) : orderDeps.orders.search(q, page));
      const { rows: shown, limit } = await orderDeps.orders.page(rows, query.limit);
      return { status: 200, body: pageOf(shown, limit, bodyOf) };
    }
    const rows = await orderDeps.orders.listChanged({
      ...filter,
      ...(updatedAfter ? { updatedAfter: new Date(updatedAfter) } : {}),
      ...(paymentId !== undefined ? { paymentId } : {}),
      ...(cursor ? { before: changeOf(cursor) } : {}),
    });
    const { rows: shown, limit } = await orderDeps.orders.page(rows, query.limit);
    const page = shown.slice(0, limit);
    const last = rows.length > limit ? page.findLast(({ orderNo }) => isText(orderNo, orderNoPattern)) : undefined;
    const data = page.flatMap((row) => bodyOf(row) ?? []);
    return { status: 200, body: { data, nextCursor: last ? changeCursorOf(last) : null } };
  });

  mount.issuer(routes.readOrder)(async ({ issuer, session, params }) => {
    const row = expectKnown(await orderDeps.orders.view({ issuerId: issuer._id, orderNo: params.orderNo }));
    await requireUntouched(orderDeps, row);
    // Whoever has the link sees the codes, which a person at the issuer's own page does not.
    const link = session ? undefined : pickupUrl(orderDeps, publicUrl, row);
    const body = orderBody(row, issuer.holds, orderDeps.nowMs(), link);
    return { status: 200, body };
  });

  mount.issuer(routes.readTimeline)(async ({ issuer, params }) => ({
    status: 200,
    body: timelineBody(
      expectKnown(await orderDeps.orders.timelineOf({ issuerId: issuer._id, orderNo: params.orderNo })),
    ),
  }));
};

/** Two orders of a list: newest first, and newest change first. */
const notTogether = () =>
  bodyInvalid([{ path: '/q', code: 'not_together', message: 'goes with neither updatedAfter nor paymentId' }]);
