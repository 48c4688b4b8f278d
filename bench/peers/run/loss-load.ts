import { setTimeout as pause } from 'node:timers/promises';
import { serveJson } from '../../compare/json-server';
import { monotonicMs } from '../../compare/monotonic';
import { amount, createPost, type DeliveredMessage, type PaymentRequest, product } from '../../compare/wire';
import type { Contender } from './contender';

/** What came to the terminal: `webhook-id` where one was sent, and the codes as text. */
export interface Copy {
  readonly id: string;
  readonly codes: string;
  readonly atMs: number;
}

export interface KilledOrder {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly firstSentMs: number;
  /** Payment requests sent until one was answered 2xx. */
  requests: number;
  acceptedMs?: number;
  readonly copies: Copy[];
}

const answerLimitMs = 10_000;
const repeatMs = 300;
const waitForCodeMs = 3_000;
const restMs = 50;
const pollMs = 100;

/** A shop that repeats a payment until it is taken, and a terminal that keeps every copy. In the run's own process. */
export const createKilledLoad = async (terminalPort: number) => {
  const { post, newMessageId } = createPost(answerLimitMs);
  let orders = new Map<string, KilledOrder>();
  let strays = 0;
  let isOver = true;
  let lanes: Promise<unknown> = Promise.resolve();

  const server = await serveJson(terminalPort, async ({ json, headers }) => {
    const { data } = json as DeliveredMessage;
    const order = orders.get(data.orderNo);
    const codes = JSON.stringify(data.codes.map(({ itemId, value }) => [itemId, value]));
    if (order?.issuerId !== data.issuerId) strays += 1;
    else order.copies.push({ id: String(headers['webhook-id'] ?? ''), codes, atMs: monotonicMs() });
    return { status: 204 };
  });

  const lane = async ({ name, target }: Contender, endMs: () => number): Promise<void> => {
    while (!isOver) {
      const n = orders.size;
      const sender = target.issuers[n % target.issuers.length];
      if (sender === undefined) return;
      const { issuerId } = sender;
      const orderNo = `k-${name}-${n}`;
      const order: KilledOrder = { issuerId, orderNo, firstSentMs: monotonicMs(), requests: 0, copies: [] };
      orders.set(orderNo, order);
      const body: PaymentRequest = { type: 'order.payment', orderNo, product, quantity: 1, amount };
      const [url, text, messageId] = [
        `${target.baseUrl}/v1/issuers/${issuerId}/orders`,
        JSON.stringify(body),
        newMessageId(),
      ];
      while (order.acceptedMs === undefined && monotonicMs() < endMs()) {
        order.requests += 1;
        const { status } = await post(url, text, sender, messageId);
        if (status === 200 || status === 201) order.acceptedMs = monotonicMs();
        else await pause(repeatMs);
      }
      const goOnMs = monotonicMs() + waitForCodeMs;
      while (order.copies.length === 0 && monotonicMs() < goOnMs && !isOver) await pause(pollMs / 10);
      await pause(restMs);
    }
  };

  return {
    begin: (contender: Contender, inFlight: number): void => {
      orders = new Map();
      strays = 0;
      isOver = false;
      let overSinceMs: number | undefined;
      const endMs = (): number => {
        if (isOver) overSinceMs ??= monotonicMs();
        return (overSinceMs ?? monotonicMs()) + 30_000;
      };
      lanes = Promise.all(Array.from({ length: inFlight }, () => lane(contender, endMs)));
    },

    /** No new order; every accepted one is waited for until the limit. Answers how long that took. */
    settle: async (limitMs: number): Promise<{ orders: readonly KilledOrder[]; strays: number; settledMs: number }> => {
      isOver = true;
      const startedMs = monotonicMs();
      await lanes;
      const isWaiting = ({ acceptedMs, copies }: KilledOrder): boolean =>
        acceptedMs !== undefined && copies.length === 0;
      while (monotonicMs() < startedMs + limitMs && [...orders.values()].some(isWaiting)) await pause(pollMs);
      return { orders: [...orders.values()], strays, settledMs: monotonicMs() - startedMs };
    },

    /** With facts that fit no order, so that nothing changes: 404 says that the order is not known. */
    isUnknown: async ({ target }: Contender, { issuerId, orderNo }: KilledOrder): Promise<boolean> => {
      const sender = target.issuers.find((one) => one.issuerId === issuerId);
      if (sender === undefined) return true;
      const body = { type: 'order.verification', orderNo, token: 'no-such-token', quantity: 1, amount };
      const url = `${target.baseUrl}/v1/issuers/${issuerId}/orders/${orderNo}/verification`;
      return (await post(url, JSON.stringify(body), sender, newMessageId())).status === 404;
    },

    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};
export type KilledLoad = Awaited<ReturnType<typeof createKilledLoad>>;
