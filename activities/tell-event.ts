import { ApplicationFailure, type Duration } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import type { OrderGateway } from '../src/temporal/order-gateway';
import { createBeside } from './beside';
import type { EventName } from './send-event';

export type TellEvent = (order: OrderName, sequence: number) => void;

/**
 * Tells an event that was just written to the outbox: the first try is made here, without the engine, and only what it
 * leaves goes to a standalone activity. Nothing hangs on this process: events that stay pending are the reconciler's.
 */
export const createTellEvent = (
  sendEvent: (name: EventName) => Promise<unknown>,
  { startEvent }: Pick<OrderGateway, 'startEvent'>,
) => {
  const beside = createBeside();

  const start = (order: OrderName, sequence: number, delay?: Duration): Promise<void> =>
    startEvent(order, sequence, delay).then(
      () => undefined,
      () => undefined,
    );

  const tryOnce = async (order: OrderName, sequence: number): Promise<void> => {
    try {
      await sendEvent({ ...order, sequence });
    } catch (error) {
      const failure = error instanceof ApplicationFailure ? error : undefined;
      if (!failure?.nonRetryable) await start(order, sequence, failure?.nextRetryDelay);
    }
  };

  return {
    tell: ((order, sequence) => {
      const isFull = beside.isFull();
      beside.run(() => (isFull ? start(order, sequence) : tryOnce(order, sequence)));
    }) satisfies TellEvent,

    close: beside.close,
  };
};
