import * as routes from '../../contract/operator/calls';
import { Failure } from '../../domain/failures';
import { codesHeld } from '../../domain/items';
import type { CallReader } from '../../operator/calls/call-reader';
import { replayCall, replayOf } from '../../operator/calls/call-replay';
import type { OrderActions } from '../../operator/order-actions';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { IssuerRow, Issuers } from '../../store/issuers';
import { codesKept } from '../../store/orders';
import type { Mount } from '../edge/mount';

export interface OperatorCalls {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly actions: OrderActions;
  readonly calls: CallReader;
}

/** The calls between the platform and an issuer: seen without their secrets, and sent again. */
export const mountOperatorCalls = (mount: Mount, { orderDeps, issuers, actions, calls }: OperatorCalls): void => {
  const findIssuer = async (issuerId = ''): Promise<IssuerRow> => {
    const issuer = await issuers.findEver(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return issuer;
  };

  mount.operator(routes.listCalls)(async ({ params, query }) => ({
    status: 200,
    body: await calls.list((await findIssuer(params.issuerId))._id, query),
  }));

  mount.operator(routes.readCall)(async ({ params, openCodes }) => {
    const issuer = await findIssuer(params.issuerId);
    const { row, known, body } = await calls.find(issuer._id, params.callId);
    openCodes(codesHeld(row.facts));
    const resend = replayOf(known, row, issuer, orderDeps.nowMs());
    return { status: 200, body: { ...(await body(issuer)), resend } };
  });

  mount.operator(routes.replayCall)(async ({ params, audit, readCodes }) => {
    const issuer = await findIssuer(params.issuerId);
    const { row, known } = await calls.find(issuer._id, params.callId);
    readCodes(codesKept(row));
    const { callId, kind, orderNo } = known.call;
    const as = await audit(
      { action: 'call.replayed', target: row._id, after: { callId, kind } },
      () => replayCall({ orderDeps, actions }, known, row, issuer),
      (done) => ({ after: { callId, kind, as: done } }),
    );
    return { status: 202, body: { callId, orderNo, kind, as } };
  });
};
