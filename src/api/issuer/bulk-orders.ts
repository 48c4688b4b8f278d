import * as routes from '../../contract/issuer/orders';
import { bodyInvalid, parseWith, problemOf } from '../../contract/problem';
import type { GivenBody } from '../../contract/route';
import type { FieldError } from '../../domain/failures';
import { type Placing, placeOrder } from '../../second-interface/place-order';
import type { IssuerRow } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import { failureOf } from '../edge/problems';

/** Of one call: the whole is answered in time, and leaves the database's connections to others. */
const atOnceMax = 8;
const flawsMax = 20;

type Result = GivenBody<typeof routes.placeOrders>['results'][number];

interface Admission {
  /** @throws Failure `rate_limited`: of the issuer's own limit, for this order alone. */
  readonly admitOne: (issuer: IssuerRow) => void;
  /** @throws Failure `rate_limited`: the platform is busy. */
  readonly admitAll: (issuer: IssuerRow, orders: number) => void;
}

/** Many payment requests in one call. */
export const mountBulkOrders = (mount: Mount, placing: Placing, { admitOne, admitAll }: Admission): void => {
  mount.issuer(routes.placeOrders)(async ({ issuer, body, flaws, requestId, newOrder }) => {
    const flawsOf = flawsByEntry(flaws);
    admitAll(issuer, body.orders.length);
    let retryAfterSeconds: number | undefined;

    const place = async (entry: (typeof body.orders)[number], at: number): Promise<Result> => {
      const { orderNo } = entry;
      try {
        admitOne(issuer);
        const own = flawsOf.get(at);
        if (own) throw bodyInvalid(own.slice(0, flawsMax));
        const order = parseWith(routes.placeOrderRequest, entry);
        const placed = await newOrder(() => placeOrder(placing, issuer, order));
        return { orderNo, status: placed.status, order: placed.body };
      } catch (error) {
        const failure = failureOf(error);
        // A fault of ours is told, and logged, as one.
        if (failure.code === 'internal') throw error;
        if (failure.retryable) {
          retryAfterSeconds = Math.max(retryAfterSeconds ?? 1, failure.extras.retryAfterSeconds ?? 1);
        }
        return { orderNo, status: failure.status, problem: problemOf(failure, requestId) };
      }
    };

    const results = await inTurn(body.orders, place);
    return retryAfterSeconds === undefined
      ? { status: 200, body: { results } }
      : { status: 200, body: { results }, isKept: false, retryAfterSeconds };
  });
};

/** What no entry can be refused for alone is a flaw of the whole. @throws Failure `body_invalid` */
const flawsByEntry = (flaws: readonly FieldError[]): ReadonlyMap<number, readonly FieldError[]> => {
  const entries = new Map<number, FieldError[]>();
  const ofWhole: FieldError[] = [];
  for (const flaw of flaws) {
    const [, at, path] = /^\/orders\/(\d+)(\/.*)$/s.exec(flaw.path) ?? [];
    if (at === undefined || path === undefined || path === '/orderNo') ofWhole.push(flaw);
    else entries.set(Number(at), [...(entries.get(Number(at)) ?? []), { ...flaw, path }]);
  }
  if (ofWhole.length > 0) throw bodyInvalid(ofWhole.slice(0, flawsMax));
  return entries;
};

/** Results in the order of what they are of. */
const inTurn = async <T, R>(items: readonly T[], work: (item: T, at: number) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const waiting = items.entries();
  const next = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await work(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, next));
  return results;
};
