import { setImmediate as otherWork } from 'node:timers/promises';
import { codePicture } from '../../channels/page/barcode';
import type { PickupCode } from '../../channels/page/code-list';
import type { PickupModel } from '../../channels/page/pickup-model';
import type { Code } from '../../contract/code';
import { goodCount, isGood, itemOf, pendingRequest } from '../../domain/items';
import { allowedActions } from '../../domain/judge/actions';
import { outstanding } from '../../domain/order';
import type { OrderDeps } from '../../second-interface/ask-order';
import { orderBody } from '../../second-interface/order-body';
import type { IssuerRow, Issuers } from '../../store/issuers';
import type { OrderRow } from '../../store/orders';
import { asksPin } from './order-pin';

/** Drawing one takes 2 to 250 ms: a page of many codes shows the rest as text, which can be copied all the same. */
const picturesLimit = 50;

export interface PageDeps {
  readonly orderDeps: OrderDeps;
  readonly issuers: Pick<Issuers, 'findEver'>;
  readonly basePath: string;
}

/** Those of the codes that may still be shown. */
export const goodOf = <C extends { readonly itemId: string }>({ facts }: OrderRow, codes: readonly C[]): C[] =>
  codes.filter(({ itemId }) => isGood(itemOf(facts, itemId)));

/** What a first page and a line of the stream show: the order's state and never a code. */
export const pageModel = async (
  { orderDeps: deps, issuers, basePath }: PageDeps,
  row: OrderRow,
  secret: string,
): Promise<PickupModel> => {
  const { facts } = row;
  const issuer = await issuers.findEver(row.issuerId);
  const body = orderBody(row, issuer?.holds ?? [], deps.nowMs());
  const isDelivered = facts.state === 'delivered';
  return {
    orderNo: row.orderNo,
    productName: row.product.name,
    sellerName: issuer?.name ?? row.issuerId,
    quantity: row.quantity,
    state: facts.state,
    isVoid: isDelivered && goodCount(facts) === 0,
    ready: isDelivered ? goodOf(row, await deps.codes.references(row)).length : 0,
    good: goodCount(facts),
    outstanding: outstanding(facts),
    verifyBy: String(body.verifyBy),
    ...(body.issueBy !== undefined ? { issueBy: String(body.issueBy) } : {}),
    closedReason: facts.closedReason,
    ...(facts.refundDueValue ? { refundDue: { value: facts.refundDueValue, currency: row.amount.currency } } : {}),
    ...(mayAskRefund(row, issuer, deps.nowMs()) ? { refundUrl: `${basePath}/p/${secret}/refund` } : {}),
    isRefundAsked: pendingRequest(facts) !== undefined,
    asksPin: asksPin(deps, row),
    basePath,
    eventsUrl: `${basePath}/p/${secret}/events`,
    revealUrl: `${basePath}/p/${secret}/reveal`,
    downloads: { csv: `${basePath}/p/${secret}/codes.csv`, voucher: `${basePath}/p/${secret}/voucher.pdf` },
  };
};

const mayAskRefund = ({ facts }: OrderRow, issuer: Pick<IssuerRow, 'buyerRefunds'> | null, nowMs: number): boolean =>
  facts.state === 'delivered' &&
  issuer?.buyerRefunds === true &&
  allowedActions(facts, 'operator', nowMs).includes('refund');

/** Lets other requests in between two drawings. */
export const withPictures = async (codes: readonly Code[], nowMs: number): Promise<PickupCode[]> => {
  const drawn: PickupCode[] = [];
  for (const code of codes) {
    const pictureSvg = drawn.length < picturesLimit ? codePicture(code.format, code.value) : undefined;
    const isExpired = code.expiresAt !== undefined && Date.parse(code.expiresAt) <= nowMs;
    drawn.push({ ...code, isExpired, pictureSvg });
    if (pictureSvg !== undefined) await otherWork();
  }
  return drawn;
};
