import { CancellationScope, sleep } from '@temporalio/workflow';
import type { CodeRequestResult } from '../activities/request-code';
import { isAwaitingCodes, isCalled, issueByMs, outstanding, verifyByMs } from '../src/domain/order';
import { callsOut } from './effects';
import type { LiveOrder } from './live-order';
import { nothingOngoing, type Ongoing, ongoing } from './ongoing';

/** `order.paid`: tried until the issuer takes it; only the verification itself moves the order on. */
export const notify = (order: LiveOrder, n: number): Ongoing => {
  const { issuerId, orderNo, callsOutQueue } = order.input;
  const notice = { issuerId, orderNo, n, atMs: Date.now(), verifyByMs: verifyByMs(order.facts) };
  return ongoing(async () => {
    await callsOut(callsOutQueue, issuerId, `Tell ${issuerId} that order ${orderNo} is paid`).notifyIssuer(notice);
    order.hear({ kind: 'notified' });
  });
};

/** `order.code_requested`: in push mode the issuer submits by itself, and nothing is asked. */
export const askForCodes = (order: LiveOrder): Ongoing => {
  if (order.facts.codeMode === 'push') return nothingOngoing;
  return ongoing(async () => {
    while (isAwaitingCodes(order.state)) {
      if (await askOnce(order)) return;
      await sleep(askAgainMs, {
        summary: `Ask ${order.input.issuerId} again: the codes that it gave could not be taken`,
      });
    }
  });
};

const askAgainMs = 10_000;

/** Resolves to whether the asking is over; codes that the order will not have are asked for anew, as a new message. */
const askOnce = async (order: LiveOrder): Promise<boolean> => {
  const { issuerId, orderNo, callsOutQueue } = order.input;
  const result = await callsOut(
    callsOutQueue,
    issuerId,
    `Ask ${issuerId} for the codes of order ${orderNo}`,
  ).requestCode({
    issuerId,
    orderNo,
    n: order.nextCodeRequest(),
    atMs: Date.now(),
    outstanding: outstanding(order.facts),
    verifyByMs: verifyByMs(order.facts),
    issueByMs: issueByMs(order.facts) ?? Date.now(),
    ...(order.verifying ? { after: order.verifying } : {}),
  });
  return hearCodeAnswer(order, result);
};

/** Resolves to whether the order took the answer. */
export const hearCodeAnswer = async (order: LiveOrder, result: CodeRequestResult): Promise<boolean> => {
  switch (result.kind) {
    case 'issuing':
      return true;
    case 'refused':
      order.hear({
        kind: 'refuse',
        isRightToken: true,
        reason: result.reason,
        ...(result.textRef !== undefined ? { textRef: result.textRef } : {}),
      });
      return true;
    case 'issued': {
      const { answer } = order.hear(result.message);
      // Fewer than all: the issuer submits the rest by itself, or the window ends with these. No Update's answer shows them.
      if (isAwaitingCodes(order.state)) await CancellationScope.nonCancellable(() => order.project());
      return answer.kind === 'codes';
    }
    default:
      return result satisfies never;
  }
};

/** A page is served from our own database: it is delivered with the projection, and no call goes out. */
export const deliver = async (order: LiveOrder): Promise<void> => {
  if (order.facts.forced === 'undeliverable' && !order.facts.redeliveries) {
    order.hear({ kind: 'undeliverable', tries: order.facts.delivery.tries + 1 });
    return;
  }
  if (!isCalled(order.facts.channel)) {
    order.hear({ kind: 'delivered', tries: order.facts.delivery.tries + 1 });
    return;
  }
  const { issuerId, orderNo, callsOutQueue } = order.input;
  const showing = order.showOnceItLasts();
  await order.project();
  if (order.state !== 'issued') return showing.stop();
  const { n, atMs } = order.facts.deliveryMessage ?? { n: 1, atMs: Date.now() };
  const summary = `Deliver the codes of order ${orderNo} to its ${order.facts.channel} terminal`;
  const calling = new CancellationScope();
  // Codes that became void meanwhile make another message of it, or none; it may also be asked for anew.
  const { redeliveries } = order.facts;
  const isStill = (): boolean =>
    order.state === 'issued' &&
    !order.isFull &&
    (order.facts.deliveryMessage?.n ?? 1) === n &&
    order.facts.redeliveries === redeliveries;
  void order.untilHeard(() => !isStill()).then(() => calling.cancel());
  try {
    const delivery = { issuerId, orderNo, n, atMs };
    const result = await calling.run(() => callsOut(callsOutQueue, issuerId, summary).deliverCodes(delivery));
    if (isStill()) order.hear(result);
  } catch {
    // The activity failed for good, for a reason of ours: a person looks, and may redeliver.
    if (isStill()) order.hear({ kind: 'undeliverable', tries: order.facts.delivery.tries });
  } finally {
    showing.stop();
  }
};
