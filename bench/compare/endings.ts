import type { PhaseOrders, PlacedOrder } from './load';
import type { Endings, Latencies, Second } from './measured';
import { percentile } from './statistics';

const secondMs = 1_000;

const isAccepted = ({ status }: PlacedOrder): boolean => status === 201;
const isRefused = ({ status }: PlacedOrder): boolean => status !== undefined && status !== 0 && status !== 201;

/** Nothing is left out: every placed order is in exactly one of accepted, refused and unanswered. */
export const endingsOf = ({ orders, strays }: PhaseOrders): Endings => {
  const accepted = orders.filter(isAccepted);
  const answers: Record<string, number> = {};
  for (const order of orders.filter((one) => !isAccepted(one))) {
    const key = order.problem ?? String(order.status);
    answers[key] = (answers[key] ?? 0) + 1;
  }
  return {
    placed: orders.length,
    accepted: accepted.length,
    refused: orders.filter(isRefused).length,
    unanswered: orders.filter(({ status }) => status === undefined || status === 0).length,
    deliveredOnce: accepted.filter(({ deliveries }) => deliveries === 1).length,
    notDelivered: accepted.filter(({ deliveries }) => deliveries === 0).length,
    deliveredAgain: orders.filter(({ deliveries }) => deliveries > 1).length,
    deliveredUnaccepted: orders.filter((one) => !isAccepted(one) && one.deliveries > 0).length,
    wrongCodes: orders.reduce((sum, { wrongCodes }) => sum + wrongCodes, 0),
    strays,
    answers,
  };
};

/** Every accepted order ended once, and nobody else did. Refusals are no fault. */
export const isWhole = (endings: Endings): boolean =>
  endings.deliveredOnce === endings.accepted &&
  endings.deliveredAgain + endings.deliveredUnaccepted + endings.wrongCodes + endings.strays + endings.unanswered === 0;

export const latenciesOf = (values: readonly number[]): Latencies => ({
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  p99: percentile(values, 0.99),
});

/** Orders that were due in the window, whenever they were answered or delivered: slow ones are not left out. */
export const latenciesIn = (orders: readonly PlacedOrder[], fromMs: number, toMs: number) => {
  const due = orders.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs);
  const answeredAfter = ({ dueMs, answeredMs = Number.NaN }: PlacedOrder): number => answeredMs - dueMs;
  return {
    accept: latenciesOf(due.filter(isAccepted).map(answeredAfter)),
    refuse: latenciesOf(due.filter(isRefused).map(answeredAfter)),
    paymentToCode: latenciesOf(
      due.flatMap(({ dueMs, deliveredMs }) => (deliveredMs === undefined ? [] : [deliveredMs - dueMs])),
    ),
  };
};

export const deliveredIn = (orders: readonly PlacedOrder[], fromMs: number, toMs: number): number =>
  orders.filter(({ deliveredMs = Number.NaN }) => deliveredMs >= fromMs && deliveredMs < toMs).length;

export const secondsOf = (orders: readonly PlacedOrder[]): Second[] => {
  const startMs = Math.min(...orders.map(({ dueMs }) => dueMs));
  const seconds: { -readonly [K in keyof Second]: number }[] = [];
  const count = (atMs: number | undefined, what: keyof Second): void => {
    if (atMs === undefined) return;
    const n = Math.floor((atMs - startMs) / secondMs);
    while (seconds.length <= n) seconds.push({ offered: 0, accepted: 0, refused: 0, delivered: 0 });
    const second = seconds[n];
    if (second) second[what] += 1;
  };
  for (const order of orders) {
    count(order.dueMs, 'offered');
    if (isAccepted(order)) count(order.answeredMs, 'accepted');
    if (isRefused(order)) count(order.answeredMs, 'refused');
    count(order.deliveredMs, 'delivered');
  }
  return seconds;
};
