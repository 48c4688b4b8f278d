import { CancellationScope } from '@temporalio/workflow';
import { verifyByMs } from '../src/domain/order';
import { callsOut } from './effects';
import { hearCodeAnswer } from './first-interface';
import type { LiveOrder } from './live-order';
import { nothingOngoing, type Ongoing, ongoing } from './ongoing';

/** `order.closing`: once an order, and to issuers that push as well. The wait for the window says when it is due. */
export const callLast = (order: LiveOrder): Ongoing => {
  if (order.facts.lastCallMs === undefined || order.facts.lastCall?.isAnswered) return nothingOngoing;
  return ongoing(async () => {
    if (!order.facts.lastCall) {
      await order.untilHeard(() => order.facts.lastCall !== undefined);
      await CancellationScope.nonCancellable(() => order.project());
    }
    await ask(order);
  });
};

const ask = async (order: LiveOrder): Promise<void> => {
  const { facts, input, verifying } = order;
  if (!facts.lastCall) return;
  const { atMs, outstanding, closesByMs } = facts.lastCall;
  const { issuerId, orderNo, callsOutQueue } = input;
  const result = await callsOut(
    callsOutQueue,
    issuerId,
    `Ask ${issuerId} for the last time for the codes of order ${orderNo}`,
  ).requestCode({
    issuerId,
    orderNo,
    n: 1,
    atMs,
    outstanding,
    verifyByMs: verifyByMs(facts),
    issueByMs: closesByMs,
    closesByMs,
    ...(verifying ? { after: verifying } : {}),
  });
  order.hear({ kind: 'last_call_answered' });
  await hearCodeAnswer(order, result);
};
