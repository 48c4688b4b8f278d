import { isDeepStrictEqual } from 'node:util';
import { keptByOrder, presetTerminal, terminalOfOrder } from '../channels/kept-terminal';
import { hasPage } from '../channels/terminals';
import type { PlacedAnswer, PlaceOrder } from '../contract/issuer/orders';
import { bodyInvalid } from '../contract/problem';
import { Failure, type FieldError } from '../domain/failures';
import { forcedOutcomeOf, isTestProduct } from '../domain/forced-outcomes';
import { orderId } from '../domain/ids';
import type { TimelineEntry } from '../domain/messages';
import { openFacts, type Terminal } from '../domain/order';
import { mayBeCalled } from '../domain/ownership';
import { type OrderSettings, settingsOf } from '../domain/settings';
import { windowSecondsRange } from '../domain/timings';
import { sha256 } from '../sealing/key-ring';
import { newOrderKey } from '../sealing/order-keys';
import { macOfOrder, openOrder } from '../sealing/order-row';
import type { IssuerRow } from '../store/issuers';
import { type OrderRow, orderPosition, type ViewedOrder } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { orderBody } from './order-body';
import { requireUntouched } from './untouched-order';

export interface Placing {
  readonly orderDeps: OrderDeps;
  readonly publicUrl: string;
  /** Says what is wrong with a terminal: a channel that is not configured, an address that must not be reached. */
  readonly terminalProblem: (terminal: Terminal, issuerId: string) => Promise<FieldError | null>;
  /** Begins the workflow without waiting for it: the order is durable already. */
  readonly startSoon: (row: OrderRow) => void;
  /** What test issuers may still place. @throws Failure `rate_limited` */
  readonly testOrders: {
    take(issuerId: string): Promise<void>;
    giveBack(issuerId: string): Promise<void>;
  };
}

/**
 * The issuer's payment request. Answered once the row is durable, also while the engine is away.
 *
 * @throws Failure `order_conflict` (also of a purged order's number), `unavailable` (maintenance), `issuer_paused`,
 * `callback_not_proved`, `body_invalid` (a terminal that cannot be used).
 */
export const placeOrder = async (
  { orderDeps: deps, publicUrl, terminalProblem, testOrders, startSoon }: Placing,
  issuer: IssuerRow,
  body: PlaceOrder,
): Promise<PlacedAnswer> => {
  const order = { issuerId: issuer._id, orderNo: body.orderNo };
  const answer = (status: 200 | 201, row: ViewedOrder): PlacedAnswer => ({
    status,
    body: orderBody(row, issuer.holds, deps.nowMs(), pickupUrl(deps, publicUrl, row)),
  });
  /** An order that is there already is told as it is, whatever stands in the way of a new one. */
  const known = async (): Promise<PlacedAnswer | undefined> => {
    const row = await deps.orders.view(order);
    if (!row) return undefined;
    await requireUntouched(deps, row);
    if (isOtherPayment(row, body)) await deps.orders.notePaidTwice(row, paymentRepeated(body, deps.nowMs()));
    return answer(200, sameContent(deps, row, issuer, body));
  };
  let row: OrderRow;
  try {
    row = await acceptable({ orderDeps: deps, publicUrl, terminalProblem }, issuer, body);
    await testOrders.take(issuer._id);
  } catch (error) {
    const repeated = await known();
    if (repeated) return repeated;
    throw error;
  }
  if ((await deps.orders.insertAccepted(row)) === 'inserted') {
    startSoon(row);
    return answer(201, row);
  }
  await testOrders.giveBack(issuer._id);
  const repeated = await known();
  if (!repeated) throw new Failure('order_conflict', { detail: 'The number is of an order that is no longer kept' });
  return repeated;
};

/** The row of a new order, where one may be taken now. */
const acceptable = async (
  { orderDeps: deps, publicUrl, terminalProblem }: Omit<Placing, 'startSoon' | 'testOrders'>,
  issuer: IssuerRow,
  body: PlaceOrder,
): Promise<OrderRow> => {
  if (await deps.maintenance.isOn()) {
    throw new Failure('unavailable', { detail: 'New orders are not taken: maintenance', retryAfterSeconds: 30 });
  }
  if (issuer.state === 'paused') throw new Failure('issuer_paused', { retryAfterSeconds: 30 });
  const levels = await deps.settings.levelsOf(issuer, body.product.id);
  if (!mayBeCalled(issuer, levels.platform ?? {})) {
    throw new Failure('callback_not_proved', { retryAfterSeconds: 30 });
  }
  if (issuer.isNotLive && !isTestProduct(body.product.id)) throw new Failure('not_live');
  const row = newRow(deps, issuer, settingsOf(levels), publicUrl, body);
  const problem = await terminalProblem(terminalOfOrder(deps.ring, row), issuer._id);
  if (problem) throw bodyInvalid([problem]);
  return row;
};

/** Only where the order has a pick-up page: the link is the credential. */
export const pickupUrl = (deps: OrderDeps, publicUrl: string, row: ViewedOrder): string | undefined =>
  hasPage(row.terminal) ? `${publicUrl}/p/${openOrder(deps.ring, row).pickupSecret}` : undefined;

const newRow = (
  deps: OrderDeps,
  issuer: IssuerRow,
  settings: OrderSettings,
  publicUrl: string,
  body: PlaceOrder,
): OrderRow => {
  const order = { issuerId: issuer._id, orderNo: body.orderNo };
  const terminal = body.terminal ?? presetTerminal(deps.ring, issuer);
  if (!terminal) {
    throw bodyInvalid([
      { path: '/terminal', code: 'terminal_missing', message: 'is needed: the issuer has no preset one' },
    ]);
  }
  const _id = orderId(order);
  const createdAtMs = deps.nowMs();
  const createdAt = new Date(createdAtMs);
  const { wrapped, keys } = newOrderKey(deps.ring, _id);
  const forced = forcedOutcomeOf(issuer._id, body.product.id);
  const facts = openFacts({
    quantity: body.quantity,
    amount: body.amount,
    codeMode: issuer.codeMode,
    channel: terminal.channel,
    createdAtMs,
    verifyWindowMs: forced === 'unverified' ? windowSecondsRange.min * 1_000 : settings.verifyWindowSeconds * 1_000,
    issueWindowMs: forced === 'late' ? windowSecondsRange.min * 1_000 : settings.issueWindowSeconds * 1_000,
    ...(issuer.lastCallSeconds ? { lastCallMs: issuer.lastCallSeconds * 1_000 } : {}),
    ...(forced ? { forced } : {}),
  });
  const content = {
    _id,
    ...order,
    product: body.product,
    quantity: body.quantity,
    amount: body.amount,
    metadata: Object.entries(body.metadata ?? {}),
    ...(body.payment ? { payment: definedOnly(body.payment) } : {}),
    terminalGiven: body.terminal !== undefined,
    baseUrl: publicUrl,
    pickupHash: keys.pickupHash,
    createdAt,
  };
  return {
    ...content,
    mac: macOfOrder(keys, content),
    orderNoLower: order.orderNo.toLowerCase(),
    position: orderPosition(createdAt, order),
    terminal: keptByOrder(terminal, keys, _id),
    wrappedKey: wrapped,
    tokenHash: keys.tokenHash,
    state: facts.state,
    facts,
    version: facts.version,
    projected: 0,
    timeline: [{ key: 'accepted', atMs: createdAtMs, event: 'accepted', detail: { quantity: body.quantity } }],
    events: [],
    unstartedSince: createdAt,
  };
};

/** Both payments have a name: one that is added or left out says nothing of a second one. */
const isOtherPayment = (row: Pick<OrderRow, 'payment'>, { payment }: PlaceOrder): boolean =>
  payment !== undefined && row.payment !== undefined && payment.id !== row.payment.id;

const paymentRepeated = ({ payment }: PlaceOrder, atMs: number): TimelineEntry => ({
  key: `payment_repeated.${sha256(payment?.id ?? '')}`,
  atMs,
  event: 'payment_repeated',
  detail: { payment: payment?.id ?? '' },
});

/** Rule 10: equal after defaults, key order ignored. @throws Failure `order_conflict` when it is not. */
const sameContent = ({ ring }: OrderDeps, row: ViewedOrder, issuer: IssuerRow, body: PlaceOrder): ViewedOrder => {
  const sameTerminal =
    body.terminal === undefined
      ? !row.terminalGiven || isDeepStrictEqual(presetTerminal(ring, issuer), terminalOfOrder(ring, row))
      : isDeepStrictEqual(body.terminal, terminalOfOrder(ring, row));
  const given = [body.product, body.quantity, body.amount, body.metadata ?? {}, definedOnly(body.payment ?? {})];
  const kept = [row.product, row.quantity, row.amount, Object.fromEntries(row.metadata), row.payment ?? {}];
  if (sameTerminal && isDeepStrictEqual(given, kept)) return row;
  throw new Failure('order_conflict');
};

const definedOnly = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
