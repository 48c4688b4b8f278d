import { timingSafeEqual } from 'node:crypto';
import { terminalOfOrder } from '../../channels/kept-terminal';
import { Failure } from '../../domain/failures';
import { pinLockMs } from '../../domain/timings';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';

type PinDeps = Pick<OrderDeps, 'orders' | 'ring' | 'nowMs'>;

export const asksPin = ({ ring }: Pick<OrderDeps, 'ring'>, row: OrderRow): boolean =>
  terminalOfOrder(ring, row).pin !== undefined;

/**
 * Asked before an order's codes are shown. Hashes are compared, as PINs differ in length.
 *
 * @throws Failure `pin_wrong`, also where none was sent; `pin_locked` after each five wrong ones in a row, for a right one too.
 */
export const requirePin = async (deps: PinDeps, row: OrderRow, given: string | undefined): Promise<void> => {
  const { pin } = terminalOfOrder(deps.ring, row);
  if (pin === undefined) return;
  const at = new Date(deps.nowMs());
  if ((await deps.orders.takePinAttempt(row, at)) === 'locked') {
    throw new Failure('pin_locked', { retryAfterSeconds: await lockedForSeconds(deps, row) });
  }
  // None counts as a wrong one: whoever asks again and again has no PIN.
  if (!timingSafeEqual(Buffer.from(sha256(given ?? '')), Buffer.from(sha256(pin)))) throw new Failure('pin_wrong');
  await deps.orders.forgetPinAttempts(row);
};

const lockedForSeconds = async ({ orders, nowMs }: PinDeps, row: OrderRow): Promise<number> => {
  const { at, locks } = (await orders.find(row))?.pinAttempts ?? { at: new Date(nowMs()) };
  return Math.max(1, Math.ceil((at.getTime() + pinLockMs(locks) - nowMs()) / 1_000));
};
