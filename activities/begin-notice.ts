import { ApplicationFailure } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { ownMessageId } from '../src/first-interface/message-id';
import type { SecondInterface } from '../src/second-interface/ask-order';
import { createBeside } from './beside';
import { linesOf, rowOf } from './call-issuer';
import type { Notice } from './notify';

/**
 * The first try of an order's notice is made in the process that runs its first workflow task, and beside it: an issuer
 * that verifies within that try is answered by the workflow meanwhile, and the engine never hears of a call out.
 */
export const createBeginNotice = (
  notifyIssuer: (notice: Notice) => Promise<void>,
  { gateway, orders }: Pick<SecondInterface, 'gateway' | 'orders'>,
) => {
  const beside = createBeside();

  const tryOnce = async (notice: Notice): Promise<void> => {
    try {
      await notifyIssuer(notice);
    } catch (error) {
      const failure = error instanceof ApplicationFailure ? error : undefined;
      await gateway.leaveNotice(notice, {
        type: failure?.type ?? 'failed',
        problem: failure?.message ?? 'the try failed for a reason of ours',
        delayMs: failure?.nextRetryDelay === undefined ? 0 : msToNumber(failure.nextRetryDelay),
      });
    }
  };

  return {
    activities: {
      /** Local: calls nobody itself. Resolves to whether the try was begun; nothing hangs on it, the workflow's timer comes. */
      beginNotice: async (notice: Notice): Promise<boolean> => {
        if (beside.isFull()) return false;
        beside.run(() => tryOnce(notice));
        return true;
      },

      /** Asked where nothing was heard of that try: its issuer verifies later, or its process died. */
      isNoticeTaken: async (notice: Notice): Promise<boolean> => {
        const messageId = ownMessageId(notice, 'paid', notice.n);
        const row = await rowOf({ room: { orders } }, notice);
        return linesOf(row, 'notice_answered', messageId).some(({ detail }) => detail.ok === true);
      },
    },

    close: beside.close,
  };
};
