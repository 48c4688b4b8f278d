import * as routes from '../../contract/issuer/order-operations';
import { bodyInvalid } from '../../contract/problem';
import type { AnswerOf, BodyOf } from '../../contract/route';
import { codesHeld } from '../../domain/items';
import { isBeforeVerification, isFinal } from '../../domain/order';
import { failOnce, refuseAtVerification } from '../../sandbox/forced-answers';
import type { OrderRoute } from '../../second-interface/after-sale/issuer-operations';
import type { OrderDeps } from '../../second-interface/ask-order';
import { cancelOrder } from '../../second-interface/cancel-order';
import { findOrder } from '../../second-interface/find-order';
import { refuseOrder } from '../../second-interface/refuse-order';
import { submitCodes } from '../../second-interface/submit-codes';
import { verifyOrder } from '../../second-interface/verify-order';
import { codesKept, type OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { inTurnOfSize } from './whole-order';

/** The second interface: what an issuer's server says of an order that it was told of. */
export const mountOrderOperations = (mount: Mount, orderDeps: OrderDeps): void => {
  const operation = orderOperation(mount, orderDeps);
  operation(routes.verifyOrder, async (deps, row, messageId, body) =>
    verifyOrder(deps, await refuseAtVerification(deps, row, messageId, body), messageId, body),
  );
  operation(routes.submitCodes, submitCodes);
  operation(routes.refuseOrder, refuseOrder);
  operation(routes.cancelOrder, cancelOrder);
};

/** Mounts a call about one order: its row is read while the request is taken up. */
export const orderOperation =
  (mount: Mount, orderDeps: OrderDeps) =>
  <R extends OrderRoute>(
    route: R,
    run: (deps: OrderDeps, row: OrderRow, messageId: string, body: BodyOf<R>) => Promise<AnswerOf<R>>,
  ): void =>
    mount.issuer(route, {
      begin: async (issuerId, params, readCodes) => {
        const row = await findOrder({ orderDeps }, issuerId, orderNoIn(params));
        readCodes(codesKept(row));
        return row;
      },
    })(async ({ params, body, messageId, begun, onceAnswered, openCodes, onLargeOrder }) => {
      requireSameOrder(orderNoIn(body), orderNoIn(params));
      const row = await begun;
      let setsOff = maySetOff(route, row);
      onceAnswered(() => {
        if (setsOff) orderDeps.answered.note(row, messageId);
      });
      await failOnce(orderDeps, row);
      const running = () => run(orderDeps, row, messageId, body);
      const opened = codesOpened(row, body);
      openCodes(opened);
      const answer = await inTurnOfSize({ onLargeOrder }, Math.max(codesKept(row), opened), running);
      if (isWaitingForMore(answer)) setsOff = false;
      return answer;
    });

/** The codes of a call that came with one of those that are named: as many come with it. */
const codesOfCallMax = 200;

/** How many a call may open, or read by what is sealed: all of them where it names none. */
const codesOpened = ({ facts }: OrderRow, body: object = {}): number => {
  const held = codesHeld(facts);
  const { itemIds } = body as { readonly itemIds?: readonly string[] };
  if (itemIds) return Math.min(held, itemIds.length * codesOfCallMax);
  return opensFew.some((field) => field in body) ? 0 : held;
};
/** A call with one of these opens none, or those of one call. */
const opensFew = ['itemId', 'redemptionId', 'codes', 'replacements', 'quantity'];

/** Whether something may wait for the answer: an order that has ended sets nothing off, and only some verifications do. */
const maySetOff = (route: OrderRoute, { facts }: OrderRow): boolean =>
  route.path === routes.verifyOrder.path
    ? (facts.codeMode === 'request' || facts.lastCallMs !== undefined) && isBeforeVerification(facts.state)
    : !isFinal(facts.state);

const isWaitingForMore = ({ body }: { readonly body?: unknown }): boolean =>
  typeof body === 'object' && body !== null && 'outstanding' in body && body.outstanding !== 0;

/** Both have it: the compiler cannot see that of each of them. */
const orderNoIn = (named: object | undefined): string => String((named as { orderNo?: unknown } | undefined)?.orderNo);

/** A signed body fits one order: it cannot be replayed against another. */
const requireSameOrder = (inBody: string, inPath: string): void => {
  if (inBody !== inPath) {
    throw bodyInvalid([{ path: '/orderNo', code: 'not_the_path', message: 'must be the order of the path' }]);
  }
};
