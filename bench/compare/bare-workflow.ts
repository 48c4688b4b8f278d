import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { createBareActivities } from './bare-activities';
import { type BareOrder, submitCodes, verifyOrder } from './bare-messages';
import type { Code } from './wire';

const { notifyIssuer, deliverCodes, tellDelivered } = proxyActivities<ReturnType<typeof createBareActivities>>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '2 seconds' },
});

/** The least durable order: told, verified by an Update, given its code by an Update, delivered, and its issuer told so. */
export async function bareOrder(order: BareOrder): Promise<void> {
  let isVerified = false;
  let codes: readonly Code[] | undefined;
  setHandler(verifyOrder, ({ token, quantity, amount }) => {
    const { value, currency } = order.amount;
    const fits = token === order.token && quantity === order.quantity;
    isVerified ||= fits && amount.value === value && amount.currency === currency;
    return isVerified ? 'verified' : 'refused';
  });
  setHandler(submitCodes, (submission) => {
    if (isVerified && submission.token === order.token) codes ??= submission.codes;
    return codes?.length ?? 0;
  });
  const noticed = notifyIssuer(order);
  await condition(() => codes !== undefined);
  await deliverCodes(order, codes ?? []);
  await tellDelivered(order);
  await noticed;
  await condition(allHandlersFinished);
}
