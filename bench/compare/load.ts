import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../test/fault/random';
import { monotonicMs } from './monotonic';
import {
  amount,
  codeOf,
  type createPost,
  type DeliveredMessage,
  type PaymentRequest,
  product,
  type Target,
} from './wire';

/** Closed: the next order follows the last one's code. Open: orders come when they come, at random, whatever became of the others. */
export type Load = { readonly kind: 'closed'; readonly inFlight: number } | OpenLoad;

interface OpenLoad {
  readonly kind: 'open';
  readonly perSecond: number;
  readonly seed: string;
  /** Weights of the target's issuers; left out: each in turn. */
  readonly shares?: readonly number[];
  /** It ends by itself then; left out: when it is told to. */
  readonly orders?: number;
}

export interface Phase {
  readonly name: string;
  readonly target: Target;
  readonly load: Load;
}

/** One payment request and what became of it, by the one clock of all processes. */
export interface PlacedOrder {
  readonly orderNo: string;
  readonly issuerId: string;
  /** When it should have been sent: every latency counts from here. */
  readonly dueMs: number;
  readonly sentMs: number;
  answeredMs?: number;
  /** 0: no answer. */
  status?: number;
  problem?: string;
  /** Of a refusal's problem. */
  code?: string;
  deliveredMs?: number;
  deliveries: number;
  wrongCodes: number;
}

export interface PhaseOrders {
  readonly orders: readonly PlacedOrder[];
  /** Deliveries for orders that nobody placed here. */
  readonly strays: number;
}

const closedWaitMs = 60_000;
const afterRefusalMs = 100;
const lateCopiesMs = 500;

const amongMs = 1_000;

/** Poisson arrivals: gaps of a seeded exponential distribution. */
export const createArrivals = (perSecond: number, seed: string): (() => number) => {
  const random = createRandom(seed);
  return () => (-Math.log(1 - random.next()) * amongMs) / perSecond;
};

/** Which of the issuers sends next: seeded draws by weight. */
export const createDraws = (shares: readonly number[], seed: string): (() => number) => {
  const random = createRandom(`${seed}/shares`);
  const all = shares.reduce((sum, share) => sum + share, 0);
  return () => {
    let left = random.next() * all;
    const drawn = shares.findIndex((share) => {
      left -= share;
      return left < 0;
    });
    return drawn === -1 ? shares.length - 1 : drawn;
  };
};

const codeIn = (text: string): string | undefined => {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
};

/** Load and terminal in one: the terminal's word is what lets a closed lane go on. */
export const createLoad = ({ post, newMessageId }: ReturnType<typeof createPost>) => {
  let placed = new Map<string, PlacedOrder>();
  const arrivals = new Map<string, () => void>();
  const answers = new Set<Promise<void>>();
  let strays = 0;
  let delivered = 0;
  let isOver = true;
  let lanes: Promise<unknown> = Promise.resolve();

  const place = async ({ name, target }: Phase, dueMs: number, drawn?: number): Promise<PlacedOrder> => {
    const n = placed.size;
    const sender = target.issuers[drawn ?? n % target.issuers.length] as Target['issuers'][number];
    const { issuerId } = sender;
    const orderNo = `${name}-${n}`;
    const order: PlacedOrder = { orderNo, issuerId, dueMs, sentMs: monotonicMs(), deliveries: 0, wrongCodes: 0 };
    placed.set(orderNo, order);
    const body: PaymentRequest = { type: 'order.payment', orderNo, product, quantity: 1, amount };
    const { status, problem, text } = await post(
      `${sender.baseUrl ?? target.baseUrl}/v1/issuers/${issuerId}/orders`,
      JSON.stringify(body),
      sender,
      newMessageId(),
    );
    order.answeredMs = monotonicMs();
    order.status = status;
    if (problem !== undefined) order.problem = problem;
    const code = status >= 400 ? codeIn(text) : undefined;
    if (code !== undefined) order.code = code;
    return order;
  };

  const untilDelivered = (order: PlacedOrder): Promise<void> =>
    order.deliveries > 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          const timer = setTimeout(resolve, closedWaitMs);
          arrivals.set(order.orderNo, () => {
            clearTimeout(timer);
            resolve();
          });
        });

  const closedLane = async (phase: Phase): Promise<void> => {
    while (!isOver) {
      const order = await place(phase, monotonicMs());
      if (order.status === 201) await untilDelivered(order);
      else await pause(afterRefusalMs);
    }
  };

  const openLane = async (phase: Phase, { perSecond, seed, shares, orders = Infinity }: OpenLoad): Promise<void> => {
    const gapMs = createArrivals(perSecond, seed);
    const draw = shares ? createDraws(shares, seed) : () => undefined;
    for (let dueMs = monotonicMs() + gapMs(); !isOver && placed.size < orders; dueMs += gapMs()) {
      const waitMs = dueMs - monotonicMs();
      if (waitMs > 0) await pause(Math.ceil(waitMs));
      if (isOver) return;
      const answered = place(phase, dueMs, draw()).then(() => {
        answers.delete(answered);
      });
      answers.add(answered);
    }
  };

  return {
    begin: (phase: Phase): void => {
      placed = new Map();
      strays = 0;
      delivered = 0;
      isOver = false;
      const { load } = phase;
      lanes =
        load.kind === 'closed'
          ? Promise.all(Array.from({ length: load.inFlight }, () => closedLane(phase)))
          : openLane(phase, load);
    },

    delivered: (): number => delivered,
    placed: () => ({
      sent: placed.size,
      answered: [...placed.values()].filter(({ status }) => status !== undefined).length,
    }),

    /** Ends the load, then waits for every accepted order, until the limit. */
    end: async (drainLimitMs: number): Promise<PhaseOrders> => {
      isOver = true;
      const endMs = monotonicMs() + drainLimitMs;
      await lanes;
      await Promise.all(answers);
      const isWaiting = ({ status, deliveries }: PlacedOrder): boolean => status === 201 && deliveries === 0;
      while (monotonicMs() < endMs && [...placed.values()].some(isWaiting)) await pause(100);
      // A second copy of the last delivery would come about now.
      await pause(lateCopiesMs);
      return { orders: [...placed.values()], strays };
    },

    /** The terminal's side: called for each delivery. */
    arrived: ({ data: { issuerId, orderNo, codes } }: DeliveredMessage): void => {
      const order = placed.get(orderNo);
      if (!order || order.issuerId !== issuerId) {
        strays += 1;
        return;
      }
      order.deliveredMs ??= monotonicMs();
      order.deliveries += 1;
      delivered += 1;
      const { itemId, value } = codeOf(issuerId, orderNo);
      if (codes.length !== 1 || codes[0]?.itemId !== itemId || codes[0]?.value !== value) order.wrongCodes += 1;
      arrivals.get(orderNo)?.();
      arrivals.delete(orderNo);
    },
  };
};
