import { randomUUID } from 'node:crypto';
import { circuitOf } from '../../channels/terminals';
import * as routes from '../../contract/operator/orders';
import { bodyInvalid } from '../../contract/problem';
import type { FieldError } from '../../domain/failures';
import { codesHeld } from '../../domain/items';
import { type OperatorActionName, operatorActions } from '../../domain/operator-actions';
import { isFinal, type Terminal } from '../../domain/order';
import { whatToDo } from '../../domain/trouble';
import { comparedWords } from '../../domain/words/why-compared';
import { whyBounced, whyCodesTampered, whyTampered, whyUntaken } from '../../domain/words/why-held';
import { type Surroundings, whyNoCode } from '../../domain/words/why-no-code';
import type { SecondPerson } from '../../operator/approvals';
import type { AuditTrail } from '../../operator/audit-trail';
import type { OrderActions } from '../../operator/order-actions';
import type { HealthReader } from '../../operator/platform-health';
import { voidCodesOf } from '../../operator/void-codes';
import { redeemItem, reverseRedemption } from '../../second-interface/after-sale/redeem-items';
import type { OrderDeps } from '../../second-interface/ask-order';
import { cancelOrder } from '../../second-interface/cancel-order';
import { areClaimsInPlace } from '../../second-interface/codes-in-place';
import { expectKnown, findAnyOrder, findOrder } from '../../second-interface/find-order';
import { queued } from '../../second-interface/operation-answer';
import { deliveryState } from '../../second-interface/order-body';
import { expectPlainId, saidText } from '../../second-interface/said-text';
import { timelineBody } from '../../second-interface/timeline-body';
import { isUntouched, requireUntouched } from '../../second-interface/untouched-order';
import { codesKept, type OperatorsView, type OrderRow } from '../../store/orders';
import type { Troubles } from '../../temporal/troubles';
import type { Mount } from '../edge/mount';
import { changedTerminals } from './changed-terminals';
import { operatorOrder } from './operator-order';

export interface OperatorOrders {
  readonly orderDeps: OrderDeps;
  readonly actions: OrderActions;
  readonly secondPerson: SecondPerson;
  readonly troubles: Pick<Troubles, 'of'>;
  readonly readHealth: HealthReader;
  readonly terminalProblem: (terminal: Terminal, issuerId: string) => Promise<FieldError | null>;
}

const elsewhere = {
  text: 'Ask the buyer for the right address and correct the terminal, or deliver again once its mailbox takes mail.',
  action: 'correct_terminal',
} as const;

/** What an operator may see of an order and do to it. */
export const mountOperatorOrders = (mount: Mount, deps: OperatorOrders): void => {
  const { orderDeps, actions, secondPerson } = deps;

  const bodyOf = async (row: OperatorsView): Promise<routes.OperatorOrder> => {
    const codesVoid = voidCodesOf(row);
    return {
      ...operatorOrder(row, await orderDeps.holdsOf(row.issuerId), orderDeps.nowMs()),
      ...(codesVoid ? { codesVoid } : {}),
    };
  };

  mount.operator(routes.readOperatorOrder)(async ({ params }) => {
    const row = expectKnown(await orderDeps.orders.viewForOperators(params));
    await requireUntouched(orderDeps, row);
    return { status: 200, body: await bodyOf(row) };
  });

  mount.operator(routes.readOperatorTimeline)(async ({ params }) => ({
    status: 200,
    body: timelineBody(expectKnown(await orderDeps.orders.timelineOf(params)), 'operator'),
  }));

  mount.operator(routes.readWhy)(async ({ params, openCodes }) => {
    const row = await findAnyOrder(deps, params.issuerId, params.orderNo);
    openCodes(codesHeld(row.facts));
    const ordinary = async () => {
      if (deliveryState(row) === 'bounced') return { why: whyBounced, next: elsewhere };
      if (row.deliveryFailedAt && isFinal(row.facts.state)) {
        return { why: whyUntaken, next: { text: comparedWords.delivery_failed.next } };
      }
      return whyNoCode(row.facts, row.timeline, await surroundingsOf(deps, row));
    };
    const told = async () => {
      const toMend = { next: { text: whatToDo.tampered } };
      if (!(await isUntouched(orderDeps, row, true))) return { why: whyTampered, ...toMend };
      if (await areClaimsInPlace(orderDeps, row)) return ordinary();
      return { why: `${whyCodesTampered} ${(await ordinary()).why}`, ...toMend };
    };
    const { why, next } = await told();
    return { status: 200, body: { orderNo: row.orderNo, state: row.facts.state, why, ...(next ? { next } : {}) } };
  });

  const found = async ({ params, readCodes }: Pick<AskedOfOrder, 'params' | 'readCodes'>): Promise<OrderRow> => {
    const row = await findOrder(deps, params.issuerId, params.orderNo);
    readCodes(codesKept(row));
    return row;
  };

  const audited = async <T extends OrderRow | 'unavailable'>(
    name: OperatorActionName,
    call: AskedOfOrder,
    run: (row: OrderRow, body: object) => Promise<T>,
  ): Promise<T> => {
    const { body, audit } = call;
    const before = await found(call);
    const asked: { readonly reason?: string; readonly itemIds?: readonly string[] } = body;
    const reason = asked.reason && (await saidText(orderDeps, before, asked.reason, asked.itemIds));
    const said = { ...body, ...(reason ? { reason } : {}) };
    return audit(
      { ...deedOn(before, name), after: said, reason },
      () => run(before, said),
      (row) => ({ after: { ...said, state: row === 'unavailable' ? 'queued' : row.facts.state } }),
    );
  };

  for (const [name, { route, run }] of actions.deeds) {
    mount.operator(route)(async (call) => ({ status: 200, body: await bodyOf(await audited(name, call, run)) }));
  }

  for (const [name, { route, run }] of actions.queuedDeeds) {
    mount.operator(route)(async (call) => {
      const done = await audited(name, call, run);
      return done === 'unavailable' ? queued : { status: 200, body: await bodyOf(done) };
    });
  }

  mount.operator(routes.redeliverOrder)(async ({ body: { terminal, newLink }, operator, audit, ...asked }) => {
    const row = await found(asked);
    const problem = terminal ? await deps.terminalProblem(terminal, row.issuerId) : null;
    if (problem) throw bodyInvalid([problem]);
    const { before, after: next, changed } = changedTerminals(orderDeps, row, terminal);
    const isOther = before.terminalHash !== next.terminalHash;
    const deed = { target: row._id, before, after: { ...next, ...(newLink ? { newLink } : {}) } };
    if (terminal && isOther && (await secondPerson.isNeeded())) {
      actions.expectRedeliverable(row, terminal);
      const approvalId = await audit({ ...deed, action: 'order.terminal_asked' }, () =>
        secondPerson.ask(row, { terminal, newLink, changed }, operator),
      );
      return { status: 202, body: { approvalId } };
    }
    const after = await audit({ ...deed, action: operatorActions.redeliver.audit[0] }, () =>
      actions.redeliver(row, terminal, newLink),
    );
    return { status: 200, body: await bodyOf({ ...after, terminal: terminal ?? after.terminal }) };
  });

  mount.operator(routes.operatorCancelOrder)(async ({ params, body, audit, readCodes }) => {
    const row = await findAnyOrder(deps, params.issuerId, params.orderNo);
    readCodes(codesKept(row));
    const reason = await saidText(orderDeps, row, body.reason);
    return audit(
      { ...deedOn(row, 'cancel'), reason },
      () => cancelOrder(orderDeps, row, randomUUID(), { reason }, 'operator'),
      ({ status }) => ({ after: { state: status === 200 ? 'cancelled' : 'queued' } }),
    );
  });

  mount.operator(routes.noteOnOrder)(async ({ body, audit, ...asked }) => {
    const row = await found(asked);
    const text = await saidText(orderDeps, row, body.text);
    const line = { key: `note.${randomUUID()}`, atMs: orderDeps.nowMs(), event: 'note', detail: { text } } as const;
    await audit({ action: operatorActions.note.audit[0], target: row._id }, () =>
      orderDeps.orders.recordTry(row, [line]),
    );
    return { status: 200, body: await bodyOf(row) };
  });

  mount.operator(routes.redeemByOperator)(async ({ body, audit, ...asked }) => {
    const row = await found(asked);
    const { redemptionId, itemId, uses } = body;
    await expectPlainId(orderDeps, row, 'redemptionId', redemptionId, [itemId]);
    const { isNew, usesLeft } = await audit(
      { action: operatorActions.redeem.audit[0], target: row._id, after: { redemptionId, itemId, uses } },
      () => redeemItem(orderDeps, row, { by: 'operator', isRightToken: true, ...body }),
      (done) => ({ after: { redemptionId, itemId, uses, ...(done.isNew ? {} : { repeat: true }) } }),
    );
    const redeemed = { redemptionId, itemId, uses, usesLeft };
    return isNew ? { status: 201, body: redeemed } : { status: 200, body: redeemed };
  });

  mount.operator(routes.reverseByOperator)(async ({ body, audit, ...asked }) => {
    const row = await found(asked);
    const { redemptionId } = body;
    await expectPlainId(orderDeps, row, 'redemptionId', redemptionId);
    const reason = body.reason && (await saidText(orderDeps, row, body.reason));
    const after = { redemptionId, ...(reason ? { reason } : {}) };
    const { itemId, usesLeft } = await audit(
      { action: operatorActions.reverse.audit[0], target: row._id, after, reason },
      () => reverseRedemption(orderDeps, row, { by: 'operator', isRightToken: true, redemptionId }),
      (done) => ({ after: { ...after, ...(done.isNew ? {} : { repeat: true }) } }),
    );
    return { status: 200, body: { redemptionId, itemId, usesLeft } };
  });
};

interface AskedOfOrder {
  readonly params: { readonly issuerId: string; readonly orderNo: string };
  readonly body: object;
  readonly audit: AuditTrail;
  readCodes(codes: number): void;
}

const deedOn = ({ _id, facts }: OrderRow, name: OperatorActionName) => ({
  action: operatorActions[name].audit[0],
  target: _id,
  before: { state: facts.state },
});

/** What engine and workers know beside the order's own facts; where the database does not tell, nothing is added. */
const surroundingsOf = async (
  { troubles, readHealth }: Pick<OperatorOrders, 'troubles' | 'readHealth'>,
  row: OrderRow,
): Promise<Surroundings> => {
  if (isFinal(row.facts.state)) return {};
  const [trouble, health] = await Promise.all([
    troubles.of(row).catch(() => 'unavailable' as const),
    readHealth().catch(() => undefined),
  ]);
  if (trouble === 'unavailable') return { isEngineUnavailable: true };
  const call = trouble?.call;
  const called = call?.to === 'terminal' ? circuitOf(row.issuerId, row.terminal) : row.issuerId;
  const circuit = call && health?.circuits.find(({ key }) => key === called);
  return {
    ...(health?.workers.length === 0
      ? { noWorker: health.lastWorkerAt === undefined ? {} : { lastSeenAtMs: Date.parse(health.lastWorkerAt) } }
      : {}),
    ...(trouble?.stuck ? { stuck: trouble.stuck } : {}),
    ...(call ? { call } : {}),
    ...(circuit ? { circuit } : {}),
  };
};
