import * as routes from '../../contract/issuer/after-sale';
import { bodyInvalid } from '../../contract/problem';
import type { FieldError } from '../../domain/failures';
import type { Terminal } from '../../domain/order';
import { changeValidity } from '../../second-interface/after-sale/change-validity';
import { completeOrder } from '../../second-interface/after-sale/complete-order';
import { listItems, listRedemptions } from '../../second-interface/after-sale/item-lists';
import { redeemItem, reverseRedemption } from '../../second-interface/after-sale/redeem-items';
import { redeliverCodes } from '../../second-interface/after-sale/redeliver-codes';
import { replaceCodes } from '../../second-interface/after-sale/replace-codes';
import { settleRefund } from '../../second-interface/after-sale/settle-refund';
import { voidItems } from '../../second-interface/after-sale/void-items';
import { decideVoid } from '../../second-interface/after-sale/void-requests';
import { engineUnavailable, type OrderDeps } from '../../second-interface/ask-order';
import { findOrder } from '../../second-interface/find-order';
import { queued } from '../../second-interface/operation-answer';
import { orderBody } from '../../second-interface/order-body';
import { isTokenOf } from '../../second-interface/order-token';
import type { OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { cursorInvalid } from '../edge/paging';
import { orderOperation } from './order-operations';

/** How far ahead of our clock a redemption may say that it was. */
const aheadMaxMs = 300_000;

/** The order's life after the sale: each call hands over to one operation. */
export const mountAfterSale = (
  mount: Mount,
  orderDeps: OrderDeps,
  terminalProblem: (terminal: Terminal, issuerId: string) => Promise<FieldError | null>,
): void => {
  const operation = orderOperation(mount, orderDeps);
  const bodyOf = async (row: OrderRow) => orderBody(row, await orderDeps.holdsOf(row.issuerId), orderDeps.nowMs());

  operation(routes.completeOrder, async (deps, row, messageId, { token }) => {
    const asked = { by: 'issuer', isRightToken: isTokenOf(row, token) } as const;
    const after = await completeOrder(deps, row, `complete/${messageId}`, asked);
    return after === 'unavailable' ? queued : answer(200, await bodyOf(after));
  });

  operation(routes.voidItems, async (deps, row, messageId, { token, itemIds }) => {
    const asked = { by: 'issuer', isRightToken: isTokenOf(row, token), itemIds } as const;
    const after = await voidItems(deps, row, `void/${messageId}`, asked);
    return after === 'unavailable' ? queued : answer(200, await bodyOf(after));
  });

  operation(routes.deliverAgain, async (deps, row, messageId, { token, terminal, newLink }) => {
    const problem = terminal ? await terminalProblem(terminal, row.issuerId) : null;
    if (problem) throw bodyInvalid([problem]);
    const asked = { by: 'issuer', isRightToken: isTokenOf(row, token), terminal, newLink } as const;
    return answer(200, await bodyOf(await redeliverCodes(deps, row, `delivery/${messageId}`, asked)));
  });

  operation(routes.decideVoid, async (deps, row, messageId, { token, requestId, decision, reason }) => {
    const asked = { by: 'issuer', isRightToken: isTokenOf(row, token), requestId, decision, reason } as const;
    return answer(200, await bodyOf(await decideVoid(deps, row, `decideVoid/${messageId}`, asked)));
  });

  operation(routes.changeValidity, async (deps, row, messageId, { token, itemIds, expiresAt }) => {
    const asked = { isRightToken: isTokenOf(row, token), itemIds, expiresAtMs: Date.parse(expiresAt) };
    const after = await changeValidity(deps, row, `validity/${messageId}`, asked);
    if (after === 'unavailable') throw engineUnavailable();
    return answer(200, await bodyOf(after));
  });

  operation(routes.redeemItem, async (deps, row, _messageId, { token, redeemedAt, ...redemption }) => {
    const { redemptionId, itemId, uses, place } = redemption;
    const redeemedAtMs = redeemedAt === undefined ? undefined : Date.parse(redeemedAt);
    const isOutside =
      redeemedAtMs !== undefined && (redeemedAtMs < row.facts.createdAtMs || redeemedAtMs > deps.nowMs() + aheadMaxMs);
    if (isOutside) {
      const message = "must lie between the order's creation and 300 s from now";
      throw bodyInvalid([{ path: '/redeemedAt', code: 'out_of_range', message }]);
    }
    const asked = { by: 'issuer', isRightToken: isTokenOf(row, token), redemptionId, itemId, uses, place } as const;
    const { isNew, usesLeft } = await redeemItem(deps, row, { ...asked, redeemedAtMs });
    const body = { redemptionId, itemId, uses, usesLeft };
    return isNew ? answer(201, body) : answer(200, body);
  });

  operation(routes.reverseRedemption, async (deps, row, _messageId, { token, redemptionId }) => {
    const asked = { by: 'issuer', isRightToken: isTokenOf(row, token), redemptionId } as const;
    const { itemId, usesLeft } = await reverseRedemption(deps, row, asked);
    return answer(200, { redemptionId, itemId, usesLeft });
  });

  operation(routes.replaceCodes, async (deps, row, messageId, { token, replacements }) => {
    const { count, isNew } = await replaceCodes(deps, row, messageId, {
      isRightToken: isTokenOf(row, token),
      replacements: replacements.map(({ stillLive = false, ...pair }) => ({ ...pair, stillLive })),
    });
    return isNew ? answer(201, { replaced: count }) : answer(200, { replaced: count });
  });

  operation(routes.settleRefund, async (deps, row, _messageId, { token, settlementId, amount }) => {
    const asked = { isRightToken: isTokenOf(row, token), settlementId, ...amount };
    const { row: after, isNew } = await settleRefund(deps, row, asked);
    const body = await bodyOf(after);
    return isNew ? answer(201, body) : answer(200, body);
  });

  mount.issuer(routes.listItems)(async ({ issuer, params, query }) => {
    const row = await findOrder({ orderDeps }, issuer._id, params.orderNo);
    const after = offsetIn(query.cursor);
    const { rows, isLast } = await listItems(orderDeps, row, after, query.limit);
    return { status: 200, body: { data: rows, nextCursor: isLast ? null : offsetCursor(after + query.limit) } };
  });

  mount.issuer(routes.listRedemptions)(async ({ issuer, params, query }) => {
    const row = await findOrder({ orderDeps }, issuer._id, params.orderNo);
    const { rows, lastSeq, isLast } = await listRedemptions(orderDeps, row, offsetIn(query.cursor), query.limit);
    return { status: 200, body: { data: rows, nextCursor: isLast ? null : offsetCursor(lastSeq) } };
  });
};

/** Keeps the status as the declaration names it. */
const answer = <S extends number, B>(status: S, body: B): { readonly status: S; readonly body: B } => ({
  status,
  body,
});

const offsetCursor = (offset: number): string => Buffer.from(`after/${offset}`).toString('base64url');

/** @throws Failure `body_invalid` at `/cursor` for what was never given out. */
const offsetIn = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0;
  const offset = /^after\/(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (offset !== undefined) return Number(offset);
  throw cursorInvalid();
};
