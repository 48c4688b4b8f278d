import { timingSafeEqual } from 'node:crypto';
import { terminalOfOrder } from '../../channels/kept-terminal';
import { Failure } from '../../domain/failures';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';
import type { PinLimit } from './pin-limit';

interface PinDeps {
  readonly orderDeps: Pick<OrderDeps, 'orders' | 'ring' | 'nowMs'>;
  readonly pinLimit: PinLimit;
}

export const asksPin = ({ ring }: Pick<OrderDeps, 'ring'>, row: OrderRow): boolean =>
  terminalOfOrder(ring, row).pin !== undefined;

/** Each link and each PIN is counted apart. Both are bound to the order: nobody else has another one. */
const countedAs = ({ _id, pickupLink = 1 }: OrderRow, pin: string): string => `${_id}/${pickupLink}/${sha256(pin)}`;

/**
 * Asked before an order's codes are shown. Hashes are compared, as PINs differ in length.
 *
 * @throws Failure `pin_wrong`, also where none was sent; `pin_locked` after each five wrong ones in a row, for a right one too.
 */
export const requirePin = async (deps: PinDeps, row: OrderRow, given: string | undefined): Promise<void> => {
  const { orders, ring, nowMs } = deps.orderDeps;
  const { pin } = terminalOfOrder(ring, row);
  if (pin === undefined) return;
  const at = new Date(nowMs());
  const counted = countedAs(row, pin);
  if ((await orders.takePinAttempt(row, at)) === 'locked' || deps.pinLimit.take(counted, at) === 'locked') {
    throw new Failure('pin_locked', { retryAfterSeconds: await lockedForSeconds(deps, row, counted) });
  }
  // None counts as a wrong one: whoever asks again and again has no PIN.
  if (!timingSafeEqual(Buffer.from(sha256(given ?? '')), Buffer.from(sha256(pin)))) throw new Failure('pin_wrong');
  await orders.forgetPinAttempts(row);
  deps.pinLimit.forget(counted);
};

const lockedForSeconds = async (
  { orderDeps: { orders, nowMs }, pinLimit }: PinDeps,
  row: OrderRow,
  counted: string,
): Promise<number> => {
  const inRow = await orders.pinAttemptsOf(row);
  return Math.max(1, Math.ceil(pinLimit.lockedForMs(counted, inRow, nowMs()) / 1_000));
};
