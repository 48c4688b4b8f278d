import { CancellationScope, patched, sleep } from '@temporalio/workflow';
import { isAwaitingCodes, isBeforeVerification } from '../src/domain/order';
import type { OrderInput, OrderOutcome } from '../src/order-messages/order-messages';
import { deciding, keepTrying } from './effects';
import { askForCodes, deliver, notify } from './first-interface';
import { callLast } from './last-call';
import { LiveOrder } from './live-order';
import { nothingOngoing } from './ongoing';

/**
 * The life of one order: notified -> verified -> issued -> delivered. Whatever the issuer or an operator says comes in
 * through `answerQuestions`, is judged by state, and wakes the step that waits for it.
 */
export async function orderWorkflow(input: OrderInput): Promise<OrderOutcome> {
  const order = new LiveOrder(input);
  order.answerQuestions();
  order.recall();
  await CancellationScope.nonCancellable(async () => {
    if (!order.isRecalled) await order.readHeld();
    await beVerified(order);
    await beIssued(order);
    await beDelivered(order);
    order.showState();
    await order.project();
    await order.settle();
    await beAskedBack(order);
  });
  return { state: order.state, issued: order.facts.issued };
}

/** The issuer is told of the payment until it verifies, refuses or cancels, or until the verify window ends. */
async function beVerified(order: LiveOrder): Promise<void> {
  while (isBeforeVerification(order.state)) {
    const round = order.facts.renotifications;
    const notice = order.isTold(round) ? nothingOngoing : notify(order, round + 1);
    await order.waitInWindow(() => !isBeforeVerification(order.state) || order.facts.renotifications > round);
    notice.stop();
    if (order.isFull) await order.renew();
  }
}

/** Codes are pushed by the issuer, or asked for, and once more before the issue window ends with all of them, some or none. */
async function beIssued(order: LiveOrder): Promise<void> {
  while (isAwaitingCodes(order.state)) {
    const round = order.facts.renotifications;
    const request = askForCodes(order);
    const lastCall = callLast(order);
    await order.waitInWindow(() => !isAwaitingCodes(order.state) || order.facts.renotifications > round);
    request.stop();
    lastCall.stop();
    if (order.isFull) await order.renew();
  }
}

/** The terminal gets the codes; where it does not take them, the order waits for a person. */
async function beDelivered(order: LiveOrder): Promise<void> {
  while (order.state === 'issued' || isUndeliverable(order)) {
    if (order.isFull) await order.renew();
    if (order.state === 'issued') {
      await deliver(order);
      if (!isUndeliverable(order)) continue;
      order.showState();
      await order.project();
    }
    await whileUndeliverable(order);
  }
}

/** A person may let it wait for weeks: what is said of its codes meanwhile is told at once. */
async function whileUndeliverable(order: LiveOrder): Promise<void> {
  const isToldAtOnce = patched('told-while-undeliverable');
  const isOver = (): boolean => !isUndeliverable(order) || order.isFull;
  while (!isOver()) {
    await order.untilHeard(() => isOver() || (isToldAtOnce && order.hasUnwritten));
    if (!isOver()) await order.project();
  }
}

/** Of test orders alone: their product forces that somebody wants money back. */
async function beAskedBack({ input, facts }: LiveOrder): Promise<void> {
  if (facts.forced !== 'void_requested' || facts.state !== 'delivered') return;
  const { issuerId, orderNo } = input;
  await sleep(askedBackAfterMs, { summary: 'Ask for money back' });
  await keepTrying(() => deciding.requestTestVoid({ issuerId, orderNo }));
}

const askedBackAfterMs = 2_000;

const isUndeliverable = (order: LiveOrder): boolean => order.state === 'undeliverable';
