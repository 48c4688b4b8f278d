import { listOrdersQuery, placeOrderRequest } from '../../contract/issuer';
import { Failure } from '../../domain/failures';
import type { TimelineEntry } from '../../domain/messages';
import { orderBody } from '../../second-interface/order-body';
import { type Placing, pickupUrl, placeOrder } from '../../second-interface/place-order';
import type { OrderRow } from '../../store/orders';
import type { Mount } from '../mount';
import type { OrderIntake } from '../order-intake';
import { cursorOf, positionOf } from '../paging';

const base = '/v1/issuers/:issuerId/orders';

/** The order API: place, read, list, timeline. */
export const mountOrders = (mount: Mount, placing: Placing, intake: Pick<OrderIntake, 'admit'>): void => {
  const { room, publicUrl } = placing;

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
      const rows = await room.orders.list({
        issuerId: issuer._id,
        ...(query.state ? { state: query.state } : {}),
        ...(query.createdAfter ? { createdAfter: new Date(query.createdAfter) } : {}),
        ...(query.cursor ? { before: positionOf(query.cursor) } : {}),
        limit: query.limit + 1,
      });
      return pageOf(rows, query.limit, (row) => orderBody(row, issuer.holds, room.nowMs()));
    },
  });

  mount.signedGet({
    path: `${base}/:orderNo`,
    handle: async ({ issuer, params }) => {
      const row = await findOrder(placing, issuer._id, params.orderNo);
      return orderBody(row, issuer.holds, room.nowMs(), pickupUrl(room, publicUrl, row));
    },
  });

  mount.signedGet({
    path: `${base}/:orderNo/timeline`,
    handle: async ({ issuer, params }) => timelineBody(await findOrder(placing, issuer._id, params.orderNo)),
  });
};

/** @throws Failure `order_unknown`, also for another issuer's order. */
export const findOrder = async (
  { room }: Pick<Placing, 'room'>,
  issuerId: string | undefined,
  orderNo: string | undefined,
): Promise<OrderRow> => {
  const row = issuerId && orderNo ? await room.orders.find({ issuerId, orderNo }) : null;
  if (!row) throw new Failure('order_unknown');
  return row;
};

export const pageOf = <R extends { readonly position: string }, B>(
  rows: readonly R[],
  limit: number,
  body: (row: R) => B,
): { data: B[]; nextCursor: string | null } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map(body), nextCursor: rows.length > limit && last ? cursorOf(last.position) : null };
};

export const timelineBody = (row: OrderRow): { data: { at: string; event: string; detail: object }[] } => {
  const byKey = new Map<string, TimelineEntry>(row.timeline.map((entry) => [entry.key, entry]));
  return {
    data: [...byKey.values()]
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ atMs, event, detail }) => ({ at: new Date(atMs).toISOString(), event, detail })),
  };
};
