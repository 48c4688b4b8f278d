import { Failure } from '../domain/failures';
import type { OrderName } from '../domain/ids';
import { type BoundOrder, macOfAgain, openOrder } from '../sealing/order-row';
import type { IssuerRow } from '../store/issuers';
import { engineUnavailable, type OrderDeps } from './ask-order';

type Deps = Pick<OrderDeps, 'gateway' | 'pulls' | 'ring' | 'nowMs'>;
type Callback = Pick<IssuerRow, 'callback'>;

/** An event once more: called out, or fetched. @throws Failure `in_progress`, `unavailable` */
export const replayEvent = async (
  { gateway, pulls, nowMs }: Deps,
  order: OrderName,
  { callback }: Callback,
  sequence: number,
): Promise<void> => {
  if (callback.kind === 'pull') return pulls.offerEvent(order, sequence, nowMs(), {});
  expectStarted(await gateway.startReplay(order, sequence));
};

/** The same of a message that waited for an answer. @throws Failure `in_progress`, `unavailable`; SealBroken */
export const replayMessage = async (
  { gateway, pulls, ring, nowMs }: Deps,
  row: OrderName & BoundOrder,
  { callback }: Callback,
  messageId: string,
): Promise<void> => {
  if (callback.kind === 'pull') {
    return pulls.offerAgain(row, messageId, macOfAgain(openOrder(ring, row), messageId), nowMs());
  }
  expectStarted(await gateway.startMessageReplay(row, messageId));
};

const expectStarted = (started: 'started' | 'exists' | 'unavailable'): void => {
  if (started === 'unavailable') throw engineUnavailable();
  if (started === 'exists') throw new Failure('in_progress', { detail: 'It is being sent again already' });
};
