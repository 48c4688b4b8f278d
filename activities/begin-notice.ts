import { ApplicationFailure, type Headers } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { ownMessageId } from '../src/first-interface/message-id';
import type { OrderDeps } from '../src/second-interface/ask-order';
import { createBeside } from './beside';
import { linesOf, rowOf } from './call-issuer';
import type { Notice } from './notify';

/** What a workflow may say to the process that runs it; the engine hears nothing of it. */
export type Said = {
  readonly beside: {
    /** @param trace the headers that the order was started with */
    tryNotice(notice: Notice, trace: Headers): void;
  };
};

const noRoom = { type: 'no_room', problem: 'the worker had no room for the first try', delayMs: 0 };

/**
 * The first try of an order's notice is made in the process that runs its first workflow task, and beside it: an issuer
 * that verifies within that try is answered by the workflow meanwhile, and the engine never hears of a call out.
 */
export const createBeginNotice = (
  notifyIssuer: (notice: Notice, trace?: Headers) => Promise<void>,
  { gateway, orders }: Pick<OrderDeps, 'gateway' | 'orders'>,
) => {
  const tries = createBeside();
  const refusals = createBeside();

  const tryOnce = async (notice: Notice, trace?: Headers): Promise<void> => {
    try {
      await notifyIssuer(notice, trace);
    } catch (error) {
      const failure = error instanceof ApplicationFailure ? error : undefined;
      await gateway.leaveNotice(notice, {
        type: failure?.type ?? 'failed',
        problem: failure?.message ?? 'the try failed for a reason of ours',
        delayMs: failure?.nextRetryDelay === undefined ? 0 : msToNumber(failure.nextRetryDelay),
      });
    }
  };

  const beside: Said['beside'] = {
    // The completion of the workflow task waits for this to return. Where neither has room the workflow's timer comes.
    tryNotice: (notice, trace) => {
      if (!tries.isFull()) tries.run(() => tryOnce(notice, trace));
      else if (!refusals.isFull()) refusals.run(() => gateway.leaveNotice(notice, noRoom));
    },
  };

  return {
    beside,

    activities: {
      /** Local, of orders that began before the sink: resolves to whether the try was begun. */
      beginNotice: async (notice: Notice): Promise<boolean> => {
        if (tries.isFull()) return false;
        tries.run(() => tryOnce(notice));
        return true;
      },

      /** Asked where nothing was heard of that try: its issuer verifies later, or its process died. */
      isNoticeTaken: async (notice: Notice): Promise<boolean> => {
        const messageId = ownMessageId(notice, 'paid', notice.n);
        const row = await rowOf({ orderDeps: { orders } }, notice);
        return linesOf(row, 'notice_answered', messageId).some(({ detail }) => detail.ok === true);
      },
    },

    close: async (): Promise<void> => {
      await tries.close();
      await refusals.close();
    },
  };
};
