import * as routes from '../../contract/issuer/orders';
import type { LoadShedder } from '../../overload/load-shedder';
import { createOrdersPerSecond } from '../../overload/orders-per-second';
import { findOrder } from '../../second-interface/find-order';
import { orderBody } from '../../second-interface/order-body';
import { type Placing, pickupUrl, placeOrder } from '../../second-interface/place-order';
import { timelineBody } from '../../second-interface/timeline-body';
import type { IssuerRow } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';
import { mountBulkOrders } from './bulk-orders';

/** The order API: place, read, list, timeline. */
export const mountOrders = (mount: Mount, placing: Placing, loadShedder: Pick<LoadShedder, 'admit'>): void => {
  const { orderDeps, publicUrl } = placing;

  const ordersPerSecond = createOrdersPerSecond(orderDeps.nowMs);
  const admitOne = (issuer: IssuerRow): void => ordersPerSecond.admit(issuer._id, issuer.ordersPerSecond);
  const admit = (issuer: IssuerRow): void => {
    admitOne(issuer);
    loadShedder.admit(issuer._id);
  };

  mountBulkOrders(mount, placing, { admitOne, admitAll: ({ _id }, orders) => loadShedder.admit(_id, orders) });

  mount.issuer(routes.placeOrder, { admit })(({ issuer, body }) => placeOrder(placing, issuer, body));

  mount.issuer(routes.listOrders)(async ({ issuer, query }) => {
    const rows = await orderDeps.orders.list({
      issuerId: issuer._id,
      ...(query.state ? { state: query.state } : {}),
      ...(query.createdAfter ? { createdAfter: new Date(query.createdAfter) } : {}),
      ...(query.cursor ? { before: positionOf(query.cursor) } : {}),
      limit: query.limit + 1,
    });
    const body = pageOf(rows, query.limit, (row) => orderBody(row, issuer.holds, orderDeps.nowMs()));
    return { status: 200, body };
  });

  mount.issuer(routes.readOrder)(async ({ issuer, params }) => {
    const row = await findOrder(placing, issuer._id, params.orderNo);
    const body = orderBody(row, issuer.holds, orderDeps.nowMs(), pickupUrl(orderDeps, publicUrl, row));
    return { status: 200, body };
  });

  mount.issuer(routes.readTimeline)(async ({ issuer, params }) => ({
    status: 200,
    body: timelineBody(await findOrder(placing, issuer._id, params.orderNo)),
  }));
};
