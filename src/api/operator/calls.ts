import * as routes from '../../contract/operator/calls';
import { Failure } from '../../domain/failures';
import { callBodies } from '../../operator/calls/call-bodies';
import { replayCall, replayOf } from '../../operator/calls/call-replay';
import { callsIn, callsSummary, findCall, type KnownCall, orderNoOfCall } from '../../operator/calls/issuer-calls';
import type { OrderActions } from '../../operator/order-actions';
import type { HealthReader } from '../../operator/platform-health';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { IssuerRow, Issuers } from '../../store/issuers';
import type { OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';

export interface OperatorCalls {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly actions: OrderActions;
  readonly readHealth: HealthReader;
}

/** Newest orders of an issuer whose timelines are looked through. */
const ordersLimit = 100;

/** The calls between the platform and an issuer: seen without their secrets, and sent again. */
export const mountOperatorCalls = (mount: Mount, { orderDeps, issuers, actions, readHealth }: OperatorCalls): void => {
  const findIssuer = async (issuerId = ''): Promise<IssuerRow> => {
    const issuer = await issuers.findEver(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return issuer;
  };

  /** @throws Failure `issuer_unknown`, `order_unknown` (also of a purged order), `call_unknown`. */
  const find = async (params: Readonly<Record<string, string>>) => {
    const { issuerId, callId = '' } = params;
    const issuer = await findIssuer(issuerId);
    const orderNo = orderNoOfCall(callId);
    if (orderNo === undefined) throw new Failure('call_unknown');
    const row = await orderDeps.orders.find({ issuerId: issuer._id, orderNo });
    if (!row) throw new Failure('order_unknown');
    const known = findCall(row, callId);
    if (!known) throw new Failure('call_unknown');
    return { issuer, row, known };
  };

  mount.operator(routes.listCalls)(async ({ params, query: { limit, failed } }) => {
    const issuer = await findIssuer(params.issuerId);
    const [rows, { circuits, throttled }] = await Promise.all([
      orderDeps.orders.timelinesOf(issuer._id, ordersLimit),
      readHealth(),
    ]);
    const calls = callsIn(rows);
    return {
      status: 200,
      body: {
        orders: rows.length,
        summary: callsSummary(calls),
        circuits: circuits.filter(({ key }) => key === issuer._id || key.startsWith(`terminal:${issuer._id}:`)),
        throttled: throttled.find(({ key }) => key === issuer._id)?.count ?? 0,
        data: calls.filter(({ ok }) => failed !== 'true' || !ok).slice(0, limit),
      },
    };
  });

  mount.operator(routes.readCall)(async ({ params }) => {
    const { issuer, row, known } = await find(params);
    const sources = {
      row,
      submitted: await submittedIn(orderDeps, row, known),
      holds: issuer.holds,
      nowMs: orderDeps.nowMs(),
    };
    return {
      status: 200,
      body: {
        issuerId: issuer._id,
        ...known.call,
        ...callBodies(known, sources),
        resend: replayOf(known, row, issuer, orderDeps.nowMs()),
      },
    };
  });

  mount.operator(routes.replayCall)(async ({ params, audit }) => {
    const { issuer, row, known } = await find(params);
    const { callId, kind, orderNo } = known.call;
    const as = await audit(
      { action: 'call.replayed', target: row._id, after: { callId, kind } },
      () => replayCall({ orderDeps, actions }, known, row, issuer),
      (done) => ({ after: { callId, kind, as: done } }),
    );
    return { status: 202, body: { callId, orderNo, kind, as } };
  });
};

const withCodes: ReadonlySet<string> = new Set(['order.codes', 'order.code_requested', 'code.delivered']);

const submittedIn = async ({ codes }: OrderDeps, row: OrderRow, { call }: KnownCall) =>
  withCodes.has(call.kind) ? codes.submitted(row) : [];
