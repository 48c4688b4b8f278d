import { randomBytes } from 'node:crypto';
import { pendingRequest } from '../../domain/items';
import { decide } from '../../domain/judge/decide';
import type { Asker, OrderMessage, VoidAsker, VoidDecision, VoidRefusal } from '../../domain/messages';
import type { VoidRequest } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { engineUnavailable, expectNotRefused, type OrderDeps } from '../ask-order';
import { codesAsked } from '../codes-in-place';
import { askWithText } from '../kept-text';
import { saidText } from '../said-text';
import { askOrChange } from './ask-or-change';

interface RequestVoid {
  readonly by: VoidAsker;
  readonly itemIds?: readonly string[] | undefined;
  readonly reason: string;
}

const requestIdBytes = 16;

/**
 * Somebody wants money back: the issuer is asked by a workflow of its own whether the codes can be destroyed.
 *
 * @throws Failure `not_issued`, `order_closed`, `item_unknown`, `void_pending`, `code_void`, `code_redeemed`, `unavailable`.
 */
export const requestVoid = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  { by, itemIds, reason }: RequestVoid,
): Promise<OrderRow> => {
  const requestId = randomBytes(requestIdBytes).toString('base64url');
  const message = {
    kind: 'requestVoid',
    by,
    requestId,
    ...(itemIds ? { itemIds } : {}),
    ...(await deps.voidPolicyOf(row.issuerId)),
  } as const;
  const held = await codesAsked(deps, row, message, itemIds);
  expectNotRefused(decide(row.facts, held, message, deps.nowMs()).answer, row.facts, deps.nowMs());
  // Free text stays out of the workflow: the call to the issuer takes it from the row.
  await deps.orders.noteVoidReason(row, requestId, await saidText(deps, row, reason, itemIds));
  const said = await askOrChange(deps, row, updateId, async () => ({ message }));
  if (said === 'unavailable') throw engineUnavailable();
  const request = pendingRequest(said.row.facts);
  // Where it cannot be started now, the reconciler starts it.
  if (request) await startVoidRequest(deps, said.row, request).catch(() => undefined);
  return said.row;
};

export const startVoidRequest = (
  { gateway }: Pick<OrderDeps, 'gateway'>,
  { issuerId, orderNo }: Pick<OrderRow, 'issuerId' | 'orderNo'>,
  { requestId, decideByMs }: Pick<VoidRequest, 'requestId' | 'decideByMs'>,
) => gateway.startVoidRequest({ issuerId, orderNo, requestId, decideByMs, callsOutQueue: gateway.callsOutQueue });

interface DecideVoid {
  readonly by: Asker;
  readonly isRightToken: boolean;
  readonly requestId: string;
  readonly decision: VoidDecision;
  readonly reason?: VoidRefusal | undefined;
  /** What a person said with it. */
  readonly text?: string | undefined;
}

/** @throws Failure `token_mismatch`, `request_unknown`, `already_decided`, `unavailable`. */
export const decideVoid = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  { reason, text, ...asked }: DecideVoid,
): Promise<OrderRow> => {
  const decision = { kind: 'decideVoid', ...asked, ...(reason ? { reason } : {}) } as const;
  const said = await askWithText(deps, row, updateId, decision, text, (message) =>
    askOrChange(deps, row, updateId, async (newest) => ({
      message: { ...message, ...(await knownOf(deps, newest, asked.requestId)) },
      itemIds: [],
    })),
  );
  if (said === 'unavailable') throw engineUnavailable();
  // It would see by itself that it has nothing to wait for; so it ends at once.
  await deps.gateway.endVoidRequest(row, asked.requestId).catch(() => undefined);
  return said.row;
};

/** The issuer answered that it cannot tell: nobody redeems the codes while it is so. */
export const noteVoidUnknown = (deps: OrderDeps, row: OrderRow, updateId: string, requestId: string) =>
  say(deps, row, updateId, { kind: 'voidUnknown', requestId });

/** Its time is over, the issuer's holds included. */
export const endVoidTime = async (deps: OrderDeps, row: OrderRow, requestId: string): Promise<void> => {
  await say(deps, row, `voidTimeOver/${requestId}`, { kind: 'voidTimeOver', by: 'timeout', requestId });
};

type Message = OrderMessage & { readonly kind: 'voidUnknown' | 'voidTimeOver' };

const say = async (deps: OrderDeps, row: OrderRow, updateId: string, message: Message): Promise<OrderRow> => {
  const said = await askOrChange(deps, row, updateId, async () => ({ message, itemIds: [] }));
  if (said === 'unavailable') throw engineUnavailable();
  return said.row;
};

const knownOf = async ({ ledger }: OrderDeps, row: OrderRow, requestId: string) => {
  if (row.facts.voidRequest?.requestId === requestId) return {};
  const entries = await ledger.ofOperation(row, requestId);
  const decision = entries.find(({ kind }) => kind === 'void_decided')?.decision;
  return decision ? { known: { decision } } : {};
};
