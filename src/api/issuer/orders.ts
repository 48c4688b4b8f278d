import { listOrdersQuery, placeOrderRequest } from '../../contract/issuer';
import type { LoadShedder } from '../../overload/load-shedder';
import { findOrder } from '../../second-interface/find-order';
import { orderBody } from '../../second-interface/order-body';
import { type Placing, pickupUrl, placeOrder } from '../../second-interface/place-order';
import { timelineBody } from '../../second-interface/timeline-body';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';

const base = '/v1/issuers/:issuerId/orders';

/** The order API: place, read, list, timeline. */
export const mountOrders = (mount: Mount, placing: Placing, intake: Pick<LoadShedder, 'admit'>): void => {
  const { orderDeps, publicUrl } = placing;

  mount.signedPost({
    path: base,
    body: placeOrderRequest,
    admit: intake.admit,
    handle: ({ issuer, body }) => placeOrder(placing, issuer, body),
  });

  mount.signedGet({
    path: base,
    query: listOrdersQuery,
    handle: async ({ issuer, query }) => {
      const rows = await orderDeps.orders.list({
        issuerId: issuer._id,
        ...(query.state ? { state: query.state } : {}),
        ...(query.createdAfter ? { createdAfter: new Date(query.createdAfter) } : {}),
        ...(query.cursor ? { before: positionOf(query.cursor) } : {}),
        limit: query.limit + 1,
      });
      return pageOf(rows, query.limit, (row) => orderBody(row, issuer.holds, orderDeps.nowMs()));
    },
  });

  mount.signedGet({
    path: `${base}/:orderNo`,
    handle: async ({ issuer, params }) => {
      const row = await findOrder(placing, issuer._id, params.orderNo);
      return orderBody(row, issuer.holds, orderDeps.nowMs(), pickupUrl(orderDeps, publicUrl, row));
    },
  });

  mount.signedGet({
    path: `${base}/:orderNo/timeline`,
    handle: async ({ issuer, params }) => timelineBody(await findOrder(placing, issuer._id, params.orderNo)),
  });
};
