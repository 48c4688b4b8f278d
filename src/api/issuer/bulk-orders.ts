import { someAtOnce } from '../../bounded/some-at-once';
import * as routes from '../../contract/issuer/orders';
import { bodyInvalid, parseWith, problemOf } from '../../contract/problem';
import type { GivenBody } from '../../contract/route';
import type { PlaceInEntry } from '../../contract/strict-json';
import { type Placing, placeOrder } from '../../second-interface/place-order';
import type { IssuerRow } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import { failureOf } from '../edge/problems';

/** Of one call: the whole is answered in time, and leaves the database's connections to others. */
const atOnceMax = 8;

type Result = GivenBody<typeof routes.placeOrders>['results'][number];

interface Admission {
  /** @throws Failure `rate_limited`: of the issuer's own limit, for this order alone. */
  readonly admitOne: (issuer: IssuerRow) => void;
  /** @throws Failure `rate_limited`: the platform is busy. */
  readonly admitAll: (issuer: IssuerRow, orders: number) => void;
}

/** Many payment requests in one call. */
export const mountBulkOrders = (mount: Mount, placing: Placing, { admitOne, admitAll }: Admission): void => {
  mount.issuer(routes.placeOrders)(async ({ issuer, body, flawsByEntry, requestId, newOrder }) => {
    const flawsOf = flawsByEntry(orderFlaw);
    admitAll(issuer, body.orders.length);
    let retryAfterSeconds: number | undefined;

    const place = async (entry: (typeof body.orders)[number], at: number): Promise<Result> => {
      const { orderNo } = entry;
      try {
        admitOne(issuer);
        const own = flawsOf.get(at);
        if (own) throw bodyInvalid(own);
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

    const results = await someAtOnce(atOnceMax, body.orders, place);
    return retryAfterSeconds === undefined
      ? { status: 200, body: { results } }
      : { status: 200, body: { results }, isKept: false, retryAfterSeconds };
  });
};

/** An order without its number cannot be refused alone. */
const orderFlaw: PlaceInEntry = ([list, at, ...path]) => {
  const [field] = path;
  const isWhole = list !== 'orders' || field === undefined || (field === 'orderNo' && path.length === 1);
  return isWhole ? undefined : { at: Number(at), path };
};
