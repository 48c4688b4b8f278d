import { Failure } from '../domain/failures';
import { type OrderName, orderId } from '../domain/ids';
import { SealBroken } from '../sealing/key-ring';
import type { InboxRow } from '../store/inbox';
import { voidItems } from './after-sale/void-items';
import { askOrder, type OrderDeps } from './ask-order';

/** Of one order; what is more than that is brought by the next look. */
const broughtAtOnceMax = 20;

/**
 * Brings what was answered 202 to its order, and takes it out of the inbox. Resolves to false where the order could not be
 * asked: then it stays. A refusal is an answer that nobody waits for.
 *
 * @throws SealBroken where somebody else wrote it
 */
export const bringWaiting = async (deps: OrderDeps, waiting: InboxRow): Promise<boolean> => {
  if (!deps.inbox.isUntouched(waiting)) {
    await deps.orders.noteTampered(orderId(waiting), new Date(deps.nowMs()));
    throw new SealBroken('the message is not as the platform wrote it');
  }
  const row = await deps.orders.find(waiting);
  const { updateId, message } = waiting;
  if (!row) return false;
  const bring = async (): Promise<boolean> => {
    switch (message.kind) {
      case 'refuse':
      case 'cancel':
      case 'complete':
        return (await askOrder(deps, row, updateId, message)) !== 'unavailable';
      case 'void':
        try {
          return (await voidItems(deps, row, updateId, message)) !== 'unavailable';
        } catch (error) {
          if (error instanceof Failure && !error.retryable) return true;
          throw error;
        }
      default:
        return false;
    }
  };
  if (!(await bring())) return false;
  await deps.inbox.remove(waiting, updateId);
  return true;
};

/**
 * Called before codes leave, by a delivery and by the pick-up page: a void that was answered 202 is not overtaken.
 * Resolves to whether anything waited: then the caller looks at its order anew.
 */
export const bringAllWaiting = async (deps: OrderDeps, order: OrderName): Promise<boolean> => {
  const all = (await deps.inbox.waitingFor(order, broughtAtOnceMax)).filter(deps.inbox.isUntouched);
  for (const waiting of all) await bringWaiting(deps, waiting);
  return all.length > 0;
};
