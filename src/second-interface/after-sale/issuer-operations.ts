import * as routes from '../../contract/issuer/after-sale';
import { bodyInvalid } from '../../contract/problem';
import type { AnswerOf, BodyOf, Route } from '../../contract/route';
import type { FieldError } from '../../domain/failures';
import type { Terminal } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { engineUnavailable, type OrderDeps } from '../ask-order';
import { queued } from '../operation-answer';
import { orderBody } from '../order-body';
import { isTokenOf } from '../order-token';
import { expectPlainId } from '../said-text';
import { changeValidity } from './change-validity';
import { completeOrder } from './complete-order';
import { redeemItem, reverseRedemption } from './redeem-items';
import { redeliverCodes } from './redeliver-codes';
import { replaceCodes } from './replace-codes';
import { settleRefund } from './settle-refund';
import { voidItems } from './void-items';
import { decideVoid } from './void-requests';

/** How far ahead of our clock a redemption may say that it was. */
const aheadMaxMs = 300_000;

/** A call about one order whose body names it again. */
export type OrderRoute = Route & {
  readonly who: 'issuer';
  readonly path: `${string}/{issuerId}/orders/{orderNo}/${string}`;
};

type Run<R extends Route> = (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  body: BodyOf<R>,
) => Promise<AnswerOf<R>>;

export type RegisterOperation = <R extends OrderRoute>(route: R, run: Run<R>) => void;

/** Where the codes of an order of that issuer may not go. */
export type TerminalProblem = (terminal: Terminal, issuerId: string) => Promise<FieldError | null>;

const bodyOf = async (deps: OrderDeps, row: OrderRow) => orderBody(row, await deps.holdsOf(row.issuerId), deps.nowMs());

/** The order's life after the sale, for HTTP and for functions: each call hands over to one operation. */
export const registerAfterSale = (register: RegisterOperation, terminalProblem: TerminalProblem): void => {
  register(routes.completeOrder, async (deps, row, messageId, { token, reason }) => {
    const id = `complete/${messageId}`;
    const asked = { by: 'issuer', isRightToken: isTokenOf(deps, row, token), reason } as const;
    const after = await completeOrder(deps, row, id, asked);
    return after === 'unavailable' ? queued : answer(200, await bodyOf(deps, after));
  });

  register(routes.voidItems, async (deps, row, messageId, { token, itemIds, reason }) => {
    const id = `void/${messageId}`;
    const asked = { by: 'issuer', isRightToken: isTokenOf(deps, row, token), itemIds, reason } as const;
    const after = await voidItems(deps, row, id, asked);
    return after === 'unavailable' ? queued : answer(200, await bodyOf(deps, after));
  });

  register(routes.deliverAgain, async (deps, row, messageId, { token, terminal, newLink }) => {
    const problem = terminal ? await terminalProblem(terminal, row.issuerId) : null;
    if (problem) throw bodyInvalid([problem]);
    const asked = { by: 'issuer', isRightToken: isTokenOf(deps, row, token), terminal, newLink } as const;
    return answer(200, await bodyOf(deps, await redeliverCodes(deps, row, `delivery/${messageId}`, asked)));
  });

  register(routes.decideVoid, async (deps, row, messageId, { token, requestId, decision, reason, detail }) => {
    const id = `decideVoid/${messageId}`;
    const asked = { requestId, decision, reason, text: detail };
    const by = { by: 'issuer', isRightToken: isTokenOf(deps, row, token) } as const;
    return answer(200, await bodyOf(deps, await decideVoid(deps, row, id, { ...by, ...asked })));
  });

  register(routes.changeValidity, async (deps, row, messageId, { token, itemIds, expiresAt }) => {
    const asked = { isRightToken: isTokenOf(deps, row, token), itemIds, expiresAtMs: Date.parse(expiresAt) };
    const after = await changeValidity(deps, row, `validity/${messageId}`, asked);
    if (after === 'unavailable') throw engineUnavailable();
    return answer(200, await bodyOf(deps, after));
  });

  register(routes.redeemItem, async (deps, row, _messageId, { token, redeemedAt, ...redemption }) => {
    const { redemptionId, itemId, uses, place } = redemption;
    const redeemedAtMs = redeemedAt === undefined ? undefined : Date.parse(redeemedAt);
    const isOutside =
      redeemedAtMs !== undefined && (redeemedAtMs < row.facts.createdAtMs || redeemedAtMs > deps.nowMs() + aheadMaxMs);
    if (isOutside) {
      const message = "must lie between the order's creation and 300 s from now";
      throw bodyInvalid([{ path: '/redeemedAt', code: 'out_of_range', message }]);
    }
    const isRightToken = isTokenOf(deps, row, token);
    if (isRightToken) await expectPlainId(deps, row, 'redemptionId', redemptionId, [itemId]);
    const asked = {
      by: 'issuer',
      isRightToken,
      redemptionId,
      itemId,
      uses,
      place,
    } as const;
    const { isNew, usesLeft } = await redeemItem(deps, row, { ...asked, redeemedAtMs });
    const body = { redemptionId, itemId, uses, usesLeft };
    return isNew ? answer(201, body) : answer(200, body);
  });

  register(routes.reverseRedemption, async (deps, row, _messageId, { token, redemptionId }) => {
    const asked = { by: 'issuer', isRightToken: isTokenOf(deps, row, token), redemptionId } as const;
    const { itemId, usesLeft } = await reverseRedemption(deps, row, asked);
    return answer(200, { redemptionId, itemId, usesLeft });
  });

  register(routes.replaceCodes, async (deps, row, messageId, { token, replacements }) => {
    const { count, isNew } = await replaceCodes(deps, row, messageId, {
      isRightToken: isTokenOf(deps, row, token),
      replacements: replacements.map(({ stillLive = false, ...pair }) => ({ ...pair, stillLive })),
    });
    return isNew ? answer(201, { replaced: count }) : answer(200, { replaced: count });
  });

  register(routes.settleRefund, async (deps, row, messageId, { token, settlementId, amount, settledAt }) => {
    const at = settledAt === undefined ? {} : { settledAtMs: Date.parse(settledAt) };
    const asked = { isRightToken: isTokenOf(deps, row, token), settlementId, ...amount, ...at };
    const settled = await settleRefund(deps, row, `settle/${messageId}`, asked);
    if (settled === 'unavailable') throw engineUnavailable();
    const body = await bodyOf(deps, settled.row);
    return settled.isNew ? answer(201, body) : answer(200, body);
  });
};

/** Keeps the status as the declaration names it. */
const answer = <S extends number, B>(status: S, body: B): { readonly status: S; readonly body: B } => ({
  status,
  body,
});
