import { asyncLocalStorage as activityContext } from '@temporalio/activity';
import { dayMs, secondMs } from '../src/domain/timings';
import type { NamedEvent } from '../src/store/replays';
import { type CallsOut, issuerOf } from './call-issuer';
import type { createSendEvent } from './send-event';

export interface ReplayName {
  readonly issuerId: string;
  readonly replayId: string;
}

/** One run begins no further event after this: the workflow goes on with another. */
const runLimitMs = 20 * secondMs;
const eventsAtOnce = 50;
/** What an issuer that is away has not been sent by then is left: it may ask again. */
const replayLimitMs = dayMs;

/** Events of an issuer once more, one after the other; each counts once, also where a run died and is repeated. */
export const createReplayEvents = (
  deps: CallsOut,
  { replayEvent }: Pick<ReturnType<typeof createSendEvent>, 'replayEvent'>,
) => {
  const { replays, orders, pulls } = deps.orderDeps;

  /** Whether it was sent, and whether it was taken. */
  const sendAgain = async (replay: ReplayName, { orderNo, sequence }: NamedEvent): Promise<[number, number]> => {
    const order = { issuerId: replay.issuerId, orderNo };
    const row = await orders.find(order);
    const event = row?.events.find((one) => one.sequence === sequence);
    // Taken meanwhile, by its own schedule; or nothing of the order is kept any more.
    if (!event || event.status === 'sent') return [0, 0];
    const { callback } = await issuerOf(deps, order);
    if (callback.kind === 'pull') {
      await pulls.offerEvent(order, sequence, deps.nowMs(), { replayId: replay.replayId });
      return [1, 0];
    }
    return [1, (await replayEvent({ ...order, sequence })) === 'sent' ? 1 : 0];
  };

  return {
    replayEvents: async (replay: ReplayName): Promise<{ readonly isOver: boolean }> => {
      const { issuerId, replayId } = replay;
      const endMs = deps.nowMs() + runLimitMs;
      while (deps.nowMs() < endMs) {
        const row = await replays.next(issuerId, replayId, eventsAtOnce);
        const isOver = !row || row.events.length === 0 || deps.nowMs() > row.at.getTime() + replayLimitMs;
        if (isOver) {
          await replays.end(issuerId, replayId);
          return { isOver };
        }
        for (const [n, event] of row.events.entries()) {
          activityContext.getStore()?.heartbeat();
          const [sent, taken] = await sendAgain(replay, event);
          await replays.advance({ _id: row._id, offset: row.offset + n }, sent, taken);
          if (deps.nowMs() >= endMs) break;
        }
      }
      return { isOver: false };
    },
  };
};
