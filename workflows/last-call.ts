import { CancellationScope, patched, sleep } from '@temporalio/workflow';
import { issueByMs, verifyByMs } from '../src/domain/order';
import { holdPollMs } from '../src/domain/timings';
import { callsOut, keepTrying, own } from './effects';
import { hearCodeAnswer } from './first-interface';
import type { LiveOrder } from './live-order';
import { nothingOngoing, type Ongoing, ongoing } from './ongoing';

/** `order.closing`: once an order, and to issuers that push as well. An order that an older worker runs has none. */
export const callLast = (order: LiveOrder): Ongoing => {
  const { lastCallMs, lastCall } = order.facts;
  if (lastCallMs === undefined || lastCall?.isAnswered || !patched('last-call')) return nothingOngoing;
  return ongoing(async () => {
    if (!lastCall) {
      order.hear({ kind: 'last_call_due', closesByMs: await untilDue(order, lastCallMs) });
      await CancellationScope.nonCancellable(() => order.project());
    }
    await ask(order);
  });
};

/** Resolves so long before the issue window ends, and to its end: the issuer's holds and extensions count. */
const untilDue = async (order: LiveOrder, lastCallMs: number): Promise<number> => {
  const { issuerId, orderNo } = order.input;
  const sinceMs = order.facts.verification?.verifiedAtMs ?? Date.now();
  for (let heldMs = 0; ; ) {
    const closesByMs = (issueByMs(order.facts) ?? sinceMs) + heldMs;
    const leftMs = closesByMs - lastCallMs - Date.now();
    if (leftMs > 0) {
      await sleep(leftMs, { summary: `Ask ${issuerId} once more for the codes of order ${orderNo}` });
      continue;
    }
    const held = await keepTrying(() => own.heldTime({ issuerId, sinceMs }));
    if (held.isHeld) await sleep(holdPollMs, { summary: 'Look again whether the issuer is still paused' });
    else if (held.heldMs === heldMs && closesByMs === (issueByMs(order.facts) ?? sinceMs) + heldMs) return closesByMs;
    heldMs = held.heldMs;
  }
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
