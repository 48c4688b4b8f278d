import { maskedTerminal, secretsApart } from '../../channels/terminals';
import * as routes from '../../contract/operator/approvals';
import type { ChangedSecrets } from '../../domain/order';
import type { SecondPerson } from '../../operator/approvals';
import type { OrderActions } from '../../operator/order-actions';
import type { OrderDeps } from '../../second-interface/ask-order';
import { findOrder } from '../../second-interface/find-order';
import type { ApprovalRow } from '../../store/approvals';
import { codesKept } from '../../store/orders';
import { createLimitPerMinute } from '../edge/limit-per-minute';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';
import { changedTerminals } from './changed-terminals';

export interface OperatorApprovals {
  readonly orderDeps: OrderDeps;
  readonly actions: OrderActions;
  readonly secondPerson: SecondPerson;
}

/** A minute, of one operator: nobody decides faster, and each is an entry of the audit log. */
const revealedMax = 30;

/** Of now: the order may have got another terminal since. */
const droppedOf = ({ secretsDropped }: ChangedSecrets) =>
  secretsDropped ? { secretsDropped: [...secretsDropped] } : {};

/** What one operator asked for and another one decides. */
export const mountOperatorApprovals = (mount: Mount, deps: OperatorApprovals): void => {
  const { orderDeps, actions, secondPerson } = deps;

  const approvalBody = (row: ApprovalRow) => ({
    approvalId: row._id,
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    action: 'redeliver' as const,
    terminal: maskedTerminal(secondPerson.terminalOf(row)),
    ...(row.newLink ? { newLink: row.newLink } : {}),
    ...(row.secretsSet ? { secretsSet: [...row.secretsSet] } : {}),
    ...(row.secretsDropped ? { secretsDropped: [...row.secretsDropped] } : {}),
    askedBy: row.askedBy,
    askedAt: row.askedAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    state: row.state === 'open' && row.endsAt.getTime() <= orderDeps.nowMs() ? ('expired' as const) : row.state,
    ...(row.isUndone ? { undone: true as const } : {}),
    ...(row.decidedBy === undefined ? {} : { decidedBy: row.decidedBy }),
    ...(row.decidedAt === undefined ? {} : { decidedAt: row.decidedAt.toISOString() }),
  });

  mount.operator(routes.listApprovals)(async ({ query: { limit, cursor } }) => {
    const rows = await secondPerson.list(cursor === undefined ? undefined : positionOf(cursor), limit + 1);
    // Nobody can decide about others, and one that does not open would keep all from being shown.
    const shown = orderDeps.rowReader.of('approvals', approvalBody, secondPerson.isUntouched);
    return { status: 200, body: pageOf(rows, limit, shown) };
  });

  const revealedBy = createLimitPerMinute(revealedMax, orderDeps.nowMs);
  mount.operator(routes.revealApproval)(async ({ params, operator, audit, readCodes }) => {
    const { row, terminal } = await secondPerson.toDecide(params.approvalId, operator);
    revealedBy(operator.name);
    const order = await findOrder(deps, row.issuerId, row.orderNo);
    readCodes(codesKept(order));
    const { after, changed } = changedTerminals(orderDeps, order, terminal);
    const { shown, secrets } = secretsApart(terminal);
    return audit({ action: 'order.terminal_revealed', target: order._id, after }, async () => ({
      status: 200,
      body: { terminal: shown, secrets: Object.keys(secrets), ...droppedOf(changed) },
    }));
  });

  mount.operator(routes.decideApproval)(async ({ params, body: { decision }, operator, audit, readCodes }) => {
    const { row, terminal } = await secondPerson.toDecide(params.approvalId, operator);
    const order = await findOrder(deps, row.issuerId, row.orderNo);
    readCodes(codesKept(order));
    const action = decision === 'approve' ? 'order.terminal_approved' : 'order.terminal_refused';
    const { before, after } = changedTerminals(orderDeps, order, terminal);
    const deed = {
      action,
      target: order._id,
      before,
      after: { ...after, ...(row.newLink ? { newLink: true } : {}) },
    } as const;
    const decided = await audit(deed, () =>
      secondPerson.decide(row, operator, decision, () => actions.redeliver(order, terminal, row.newLink, row._id)),
    );
    return { status: 200, body: approvalBody(decided) };
  });
};
