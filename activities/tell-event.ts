import { ApplicationFailure, type Duration } from '@temporalio/common';
import { createSlots } from '../src/bounded/slots';
import { isTestIssuer, type OrderName } from '../src/domain/ids';
import type { OrderGateway } from '../src/temporal/order-gateway';
import type { EventName } from './send-event';

export type TellEvent = (order: OrderName, sequence: number) => void;

/** First attempts at once in one process; what comes beyond them is left to the engine. */
const firstAttemptsMax = 100;

/**
 * Tells an event that was just written to the outbox: the first try is made here, without the engine, and only what it
 * leaves goes to a standalone activity. Nothing hangs on this process: events that stay pending are the reconciler's.
 */
export const createTellEvent = (
  sendEvent: (name: EventName) => Promise<unknown>,
  { startEvent }: Pick<OrderGateway, 'startEvent'>,
) => {
  const running = new Set<Promise<void>>();
  const slots = createSlots(firstAttemptsMax, isTestIssuer);
  let isClosing = false;

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
      const isTried = !isClosing && slots.take(order.issuerId) === 'taken';
      const ended = isTried
        ? tryOnce(order, sequence).finally(() => slots.giveBack(order.issuerId))
        : start(order, sequence);
      running.add(ended);
      ended.finally(() => running.delete(ended));
    }) satisfies TellEvent,

    /** Resolves when what runs has ended, each within the limits of a call out. */
    close: async (): Promise<void> => {
      isClosing = true;
      await Promise.all(running);
    },
  };
};
