import type { Request } from 'express';
import { pictureBytes } from '../../channels/page/barcode';
import type { PickupCode } from '../../channels/page/code-list';
import { codePictures, type PicturedCode } from '../../channels/page/code-pictures';
import type { Drawings } from '../../channels/page/drawings';
import type { PickupModel } from '../../channels/page/pickup-model';
import type { AppleWalletSettings } from '../../channels/page/wallet/apple-settings';
import type { GoogleWalletSettings } from '../../channels/page/wallet/google-settings';
import type { Code } from '../../contract/code';
import { instructionsFor } from '../../domain/branding';
import { isTestIssuer } from '../../domain/ids';
import {
  defaultUses,
  endedCount,
  goodCount,
  hasExpired,
  isGood,
  itemOf,
  pendingRequest,
  usesLeft,
} from '../../domain/items';
import { allowedActions } from '../../domain/judge/actions';
import { type VoidRefusal, voidRefusals } from '../../domain/messages';
import { outstanding } from '../../domain/order';
import { openOrder } from '../../sealing/order-row';
import type { OrderDeps } from '../../second-interface/ask-order';
import { orderBody } from '../../second-interface/order-body';
import type { DayCounts } from '../../store/day-counts';
import type { IssuerRow, Issuers } from '../../store/issuers';
import { wasOpened } from '../../store/opened-at';
import type { OrderRow } from '../../store/orders';
import { isGiftLink } from './find-by-link';
import { giftMessage } from './gift';
import { asksPin } from './order-pin';
import type { PinLimit } from './pin-limit';
import { shownLogo, shownSeller } from './seller';
import type { ShownLimit } from './shown-limit';

/** Drawing one takes 2 to 60 ms: a page of many codes shows the rest as text, which can be copied all the same. */
const picturesLimit = 50;
const drawnHereMax = 10;
const drawnHereMaxBytes = 256;

export interface PageDeps {
  readonly orderDeps: OrderDeps;
  readonly issuers: Pick<Issuers, 'findEver' | 'isUntouched' | 'logoOf'>;
  readonly basePath: string;
  readonly drawings: Drawings;
  readonly dayCounts: DayCounts;
  readonly shownLimit: ShownLimit;
  readonly pinLimit: PinLimit;
  /** What is left out the page does not offer. */
  readonly wallets: {
    readonly apple?: AppleWalletSettings | undefined;
    readonly google?: GoogleWalletSettings | undefined;
  };
}

/** Those of the codes that may still be shown. */
export const goodOf = <C extends { readonly itemId: string }>({ facts }: OrderRow, codes: readonly C[]): C[] =>
  codes.filter(({ itemId }) => isGood(itemOf(facts, itemId)));

type Reader = Pick<Request, 'acceptsLanguages'>;

/** What a whole page shows beyond what its stream does. */
export const documentModel = async (
  pages: PageDeps,
  row: OrderRow,
  secret: string,
  reader: Reader,
): Promise<PickupModel> => {
  const model = await pageModel(pages, row, secret, reader);
  const logo = await shownLogo(pages, row.issuerId);
  return { ...model, ...(logo === undefined ? {} : { logo }) };
};

/** What a first page and a line of the stream show: the order's state and never a code. */
export const pageModel = async (
  { orderDeps: deps, issuers, basePath, wallets }: PageDeps,
  row: OrderRow,
  secret: string,
  reader: Reader,
): Promise<PickupModel> => {
  const { facts } = row;
  const issuer = await issuers.findEver(row.issuerId);
  const { name: sellerName, branding } = await shownSeller({ orderDeps: deps, issuers }, row.issuerId, issuer);
  const body = orderBody(row, issuer?.holds ?? [], deps.nowMs());
  const isDelivered = facts.state === 'delivered';
  return {
    orderNo: row.orderNo,
    isTest: isTestIssuer(row.issuerId),
    productName: row.product.name,
    sellerName,
    color: branding?.color,
    supportEmail: branding?.supportEmail,
    supportUrl: branding?.supportUrl,
    instructions: instructionsFor(row.product, branding, reader.acceptsLanguages()),
    ...(isGiftLink(row, secret) ? {} : moneyOf(row)),
    gift: giftOf(deps, row, secret),
    ...(mayGive(row, secret) ? { giftUrl: `${basePath}/p/${secret}/gift` } : {}),
    quantity: row.quantity,
    state: facts.state,
    isVoid: isDelivered && goodCount(facts) === 0,
    ready: isDelivered ? goodOf(row, await deps.codes.references(row)).length : 0,
    good: goodCount(facts),
    ended: endedCount(facts),
    outstanding: outstanding(facts),
    verifyBy: String(body.verifyBy),
    ...(body.issueBy !== undefined ? { issueBy: String(body.issueBy) } : {}),
    closedReason: facts.closedReason,
    ...(!isGiftLink(row, secret) && mayAskRefund(row, issuer, deps.nowMs())
      ? { refundUrl: `${basePath}/p/${secret}/refund` }
      : {}),
    reportUrl: `${basePath}/p/${secret}/report`,
    isReported: row.timeline.some(({ event }) => event === 'code_reported'),
    asksPin: !isGiftLink(row, secret) && asksPin(deps, row),
    basePath,
    eventsUrl: `${basePath}/p/${secret}/events`,
    revealUrl: `${basePath}/p/${secret}/reveal`,
    downloads: {
      csv: `${basePath}/p/${secret}/codes.csv`,
      voucher: `${basePath}/p/${secret}/voucher.pdf`,
      ...(wallets.apple ? { applePass: `${basePath}/p/${secret}/pass?wallet=apple` } : {}),
      ...(wallets.google ? { googlePass: `${basePath}/p/${secret}/pass?wallet=google` } : {}),
      ...(hasTimes(facts) ? { calendar: `${basePath}/p/${secret}/calendar.ics` } : {}),
    },
  };
};

const hasTimes = ({ items = [] }: OrderRow['facts']): boolean =>
  items.some((item) => isGood(item) && (item.startsAtMs ?? item.expiresAtMs) !== undefined);

/** Who was given it does not read what it cost, nor of money that is the giver's. */
const moneyOf = (
  row: OrderRow,
): Pick<PickupModel, 'amount' | 'boughtAt' | 'refundDue' | 'isRefundAsked' | 'refundRefusal'> => ({
  amount: row.amount,
  boughtAt: boughtAt(row),
  refundDue: { value: row.facts.refundDueValue ?? 0, currency: row.amount.currency },
  isRefundAsked: pendingRequest(row.facts) !== undefined,
  refundRefusal: refundRefusal(row),
});

/** In a word of the closed list: what its issuer says beside it is no word to a buyer. */
const refundRefusal = ({ facts, timeline }: OrderRow): VoidRefusal | undefined => {
  if (facts.voidRequest?.state !== 'refused') return undefined;
  const reason = timeline.findLast(({ event }) => event === 'void_decided')?.detail.reason;
  return voidRefusals.find((one) => one === reason) ?? 'other';
};

export const boughtAt = ({ payment, createdAt }: OrderRow): string => payment?.paidAt ?? createdAt.toISOString();

const mayGive = (row: OrderRow, secret: string): boolean =>
  !isGiftLink(row, secret) && !wasOpened(row) && row.facts.state === 'delivered' && goodCount(row.facts) > 0;

const giftOf = (deps: OrderDeps, row: OrderRow, secret: string): PickupModel['gift'] => {
  if (row.gift?.hash === undefined) return undefined;
  if (isGiftLink(row, secret)) return { kind: 'received', message: giftMessage(deps, row) };
  const given = { kind: 'given', isOpened: wasOpened(row) } as const;
  if (asksPin(deps, row)) return given;
  const link = openOrder(deps.ring, row).gift(row.gift.n, row.gift.link).secret;
  return { ...given, url: `${row.baseUrl}/p/${link}` };
};

/** Also asked before the request is counted: one that is refused is none. */
export const mayAskRefund = (
  { facts }: OrderRow,
  issuer: Pick<IssuerRow, 'buyerRefunds'> | null,
  nowMs: number,
): boolean =>
  facts.state === 'delivered' &&
  issuer?.buyerRefunds === true &&
  allowedActions(facts, 'operator', nowMs).includes('refund');

/** Each code with what became of it; one that can be used no more without its value. */
export const shownCodes = async (
  drawings: Drawings,
  { _id, facts }: OrderRow,
  codes: readonly Code[],
  nowMs: number,
): Promise<PickupCode[]> => {
  const all = codes.map(({ itemId, value, secret, format }): PickupCode => {
    const item = itemOf(facts, itemId);
    const ended = item.state ?? (hasExpired(item, nowMs) ? 'expired' : undefined);
    const known = {
      itemId,
      format,
      startsAt: timeOf(item.startsAtMs),
      expiresAt: timeOf(item.expiresAtMs),
      replacedBy: item.replacedBy,
    };
    if (ended) return { ...known, ended };
    const { uses = defaultUses } = item;
    return {
      ...known,
      value,
      secret,
      isUsedUp: usesLeft(item) === 0,
      usesLeft: uses > 1 ? { left: usesLeft(item), of: uses } : undefined,
    };
  });
  const pictured = all.filter(isPictured).slice(0, picturesLimit);
  const pictures = await picturesOf(drawings, _id, pictured);
  const pictureOf = new Map(pictured.map(({ itemId }, n) => [itemId, pictures[n]]));
  return all.map((code) => ({ ...code, ...pictureOf.get(code.itemId) }));
};

const isPictured = (code: PickupCode): code is PickupCode & PicturedCode =>
  code.value !== undefined && code.format !== 'text';

/** What takes longer than the rest of the page is drawn beside all other requests. */
const picturesOf = (drawings: Drawings, orderId: string, codes: readonly PicturedCode[]) => {
  const bytes = codes.reduce((sum, code) => sum + pictureBytes(code), 0);
  const isShort = codes.length <= drawnHereMax && bytes <= drawnHereMaxBytes;
  return isShort && drawings.mayDrawHere(orderId, codes.length)
    ? codes.map(codePictures)
    : drawings.pictures(
        orderId,
        codes.map(({ format, value }) => ({ format, value })),
        isShort,
      );
};

const timeOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
