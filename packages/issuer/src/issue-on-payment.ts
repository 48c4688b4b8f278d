import type { IssuerClient } from './issuer-client';
import type { CallbackContext, MessageHandlerOptions } from './message-handler';
import type { CodeRequest, IssuedCode, LastCall, OrderAnswer, PaidNotice, RefusalReason } from './messages';
import { ProblemError } from './problem-error';
import type { IssuerStore } from './store';

const codesPerCall = 200;
/** The order closed meanwhile: an event says how, and there is nothing to repeat. */
const closed: readonly string[] = ['order_closed', 'already_delivered'];
/** None of a call's codes was taken, and none of them ever will be: the next attempt makes others. */
const unusable: readonly string[] = ['body_invalid', 'code_reused'];

/** What an order is in that lacks codes. */
const waiting = ['verified', 'partially_issued'] as const;

const isProblem = (error: unknown, codes: readonly string[]): error is ProblemError =>
  error instanceof ProblemError && codes.includes(error.code);

const within = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`issue gave nothing within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
};

/** A verified order that lacks codes. */
export interface Sale extends Pick<OrderAnswer, 'orderNo' | 'product' | 'quantity' | 'amount'> {
  readonly issuerId: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** How many codes it still lacks: all of them, unless fewer were given before. */
  readonly missing: number;
}

/** A code, where its value alone does not say it; `itemId` counts from 1 when left out. */
export type NewCode = Omit<IssuedCode, 'itemId'> & { readonly itemId?: string };

/** There is no code for this order: it is closed, and the buyer gets the money back. */
export interface Refused {
  readonly reason: RefusalReason;
  readonly detail?: string;
}

/** Codes; or why there are none; or nothing yet, and fewer than are missing: it is asked again while the order waits. */
export type Issued = readonly (string | NewCode)[] | Refused | undefined;
/** Called for each verified order; what it gives is kept before it leaves, so that a repeat gives the same codes. */
export type Issue = (sale: Sale, context: CallbackContext) => Promise<Issued> | Issued;

export interface IssueOnPaymentOptions {
  readonly api: IssuerClient;
  readonly store: IssuerStore;
  readonly issue: Issue;
  readonly issueLimitMs: number;
  readonly onError: (error: unknown) => void;
}

const isRefused = (issued: Issued): issued is Refused => issued !== undefined && !Array.isArray(issued);

/** Verify, then issue: what is done with the messages that ask for codes, whatever the issuer's `codeMode`. */
export const issueOnPayment = ({ api, store, issue, issueLimitMs, onError }: IssueOnPaymentOptions) => {
  const running = new Map<string, Promise<unknown>>();

  /** One after the other for one order: a request that comes while codes are being made is given these. */
  const inTurn = async <T>(orderNo: string, work: () => Promise<T>): Promise<T> => {
    const turn = (running.get(orderNo) ?? Promise.resolve()).then(work, work);
    running.set(orderNo, turn);
    try {
      return await turn;
    } finally {
      if (running.get(orderNo) === turn) running.delete(orderNo);
    }
  };

  type Order = PaidNotice | CodeRequest | LastCall;
  /** Codes of one call, and how many of the order's codes come before them. */
  interface Part {
    readonly key: string;
    readonly codes: readonly IssuedCode[];
  }
  const keyOf = ({ issuerId, orderNo }: Order, before: number): string => `codes/${issuerId}/${orderNo}/${before}`;

  const keptParts = async (order: Order): Promise<Part[]> => {
    const parts: Part[] = [];
    for (let held = 0; ; ) {
      const key = keyOf(order, held);
      const text = await store.read(key);
      if (text === undefined) return parts;
      const codes: IssuedCode[] = JSON.parse(text);
      parts.push({ key, codes });
      held += codes.length;
    }
  };

  const newParts = async (order: Order, held: number, codes: readonly (string | NewCode)[]): Promise<Part[]> => {
    const fresh = codes.map((code, index) => ({
      itemId: String(held + index + 1),
      ...(typeof code === 'string' ? { value: code } : code),
    }));
    const parts: Part[] = [];
    for (let from = 0; from < fresh.length; from += codesPerCall) {
      const key = keyOf(order, held + from);
      const kept = await store.keep(key, JSON.stringify(fresh.slice(from, from + codesPerCall)));
      parts.push({ key, codes: JSON.parse(kept) });
    }
    return parts;
  };

  const partsOf = async (order: Order, context: CallbackContext): Promise<Part[] | Refused> => {
    const { issuerId, orderNo, product, quantity, metadata } = order;
    const kept = await keptParts(order);
    const held = kept.reduce((sum, { codes }) => sum + codes.length, 0);
    const missing = quantity - held;
    if (missing <= 0) return kept;
    // Only the first message says what was paid.
    const { amount } = 'amount' in order ? order : await api.readOrder(orderNo);
    const sale = { issuerId, orderNo, product, quantity, amount, metadata, missing };
    const issued = await within(issueLimitMs, Promise.resolve(issue(sale, context)));
    if (isRefused(issued)) return held > 0 ? kept : issued;
    const codes = issued ?? [];
    if (codes.length > missing) throw new RangeError(`issue gave ${codes.length} codes where ${missing} are missing`);
    return [...kept, ...(await newParts(order, held, codes))];
  };

  /** By a call and never as an answer: a call says what is wrong with a code. */
  const give = async (order: Order, context: CallbackContext): Promise<void> => {
    const { orderNo, token } = order;
    const parts = await partsOf(order, context);
    if ('reason' in parts) {
      await api.refuseOrder({ orderNo, token, ...parts });
      return;
    }
    for (const { key, codes } of parts) {
      try {
        await api.submitCodes({ orderNo, token, codes });
      } catch (error) {
        if (isProblem(error, unusable)) await store.forget(key);
        throw error;
      }
    }
  };

  const unlessClosed = (orderNo: string, work: () => Promise<unknown>): Promise<undefined> =>
    inTurn(orderNo, async () => {
      try {
        await work();
      } catch (error) {
        if (!isProblem(error, closed)) throw error;
        onError(error);
      }
      return undefined;
    });

  const paidKey = (issuerId: string, orderNo: string): string => `paid/${issuerId}/${orderNo}`;

  const onPaid = (notice: PaidNotice, context: CallbackContext): Promise<void> =>
    unlessClosed(notice.orderNo, async () => {
      const { issuerId, orderNo, token, quantity, amount } = notice;
      await store.keep(paidKey(issuerId, orderNo), JSON.stringify({ notice, context }));
      await api.verifyOrder({ orderNo, token, quantity, amount });
      await give(notice, context);
    });

  const onAsked = (request: CodeRequest | LastCall, context: CallbackContext): Promise<undefined> =>
    unlessClosed(request.orderNo, () => give(request, context));

  /**
   * Once an order is verified, the platform does not tell an issuer that pushes again: what a crash or a failure left
   * open is found by asking which orders wait.
   */
  const resume = async (): Promise<void> => {
    for (const state of waiting) {
      let cursor: string | undefined;
      do {
        const page = await api.listOrders({ state, limit: 100, ...(cursor ? { cursor } : {}) });
        for (const { issuerId, orderNo } of page.data) {
          const kept = await store.read(paidKey(issuerId, orderNo));
          if (kept === undefined || running.has(orderNo)) continue;
          const { notice, context } = JSON.parse(kept);
          await unlessClosed(orderNo, async () => {
            // The list is from before: a message may have brought the order on.
            const { state: now } = await api.readOrder(orderNo);
            if (waiting.some((one) => one === now)) await give(notice, context);
          }).catch((error) => onError(error));
        }
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
    }
  };

  const tokenOf = async (issuerId: string, orderNo: string): Promise<string> => {
    const kept = await store.read(paidKey(issuerId, orderNo));
    if (kept === undefined) throw new RangeError(`the store has no order ${orderNo}`);
    return JSON.parse(kept).notice.token;
  };

  return {
    tokenOf,
    reactions: { onPaid, onCodeRequested: onAsked, onClosing: onAsked } satisfies MessageHandlerOptions,
    resume,
  };
};
