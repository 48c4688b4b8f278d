import type { z } from 'zod';
import type { CodeAnswer } from '../contract/code';
import type * as afterSale from '../contract/issuer/after-sale';
import * as routes from '../contract/issuer/order-operations';
import { parseWith } from '../contract/problem';
import type { GivenBody, Route, WrittenBody } from '../contract/route';
import type { VoidAnswer } from '../contract/void-answer';
import { Failure } from '../domain/failures';
import { type RegisterOperation, registerAfterSale, type TerminalProblem } from './after-sale/issuer-operations';
import { answerName } from './answer-name';
import type { OrderDeps } from './ask-order';
import { cancelOrder } from './cancel-order';
import { findOrder } from './find-order';
import { refuseOrder } from './refuse-order';
import { submitCodes } from './submit-codes';
import { verifyOrder } from './verify-order';

type Routes = typeof routes & typeof afterSale;
/** The calls about one order, by the last part of their path. */
type Named = {
  [K in keyof Routes as Routes[K] extends { method: 'post'; path: `${string}/{orderNo}/${infer N}` }
    ? N
    : never]: Routes[K];
};
type Name = keyof Named & string;
type Written<N extends Name> = Named[N] extends Route ? WrittenBody<Named[N]> : never;
type Given<N extends Name> = Named[N] extends Route ? GivenBody<Named[N]> : never;

/**
 * The second interface of a callback that is a function: the same operations without HTTP. Each resolves to the 2xx body
 * or throws a Failure with `code`, `status` and `retryable`.
 */
export interface AdapterApi {
  verifyOrder(body: Written<'verification'>): Promise<Given<'verification'>>;
  submitCodes(body: Written<'codes'>): Promise<Given<'codes'>>;
  refuseOrder(body: Written<'refusal'>): Promise<Given<'refusal'>>;
  cancelOrder(body: Written<'cancellation'>): Promise<Given<'cancellation'>>;
  /** Any of these calls by its name, those after the sale too. */
  order<N extends Name>(name: N, body: Written<N>): Promise<Given<N>>;
}

export interface AdapterMessage {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A module named in `ADAPTERS` exports this: the issuer lives in the platform's process. */
export interface Adapter {
  readonly name: string;
  onMessage(message: AdapterMessage, api: AdapterApi): Promise<CodeAnswer | VoidAnswer | undefined>;
}

type Operation = (input: unknown) => Promise<unknown>;

/** Made for each message; scoped to the issuer that the message went to. */
export const createAdapterApi = (deps: OrderDeps, terminalProblem: TerminalProblem, issuerId: string): AdapterApi => {
  const operations = new Map<string, Operation>();

  const register: RegisterOperation = (route, run) =>
    operations.set(route.path.slice(route.path.lastIndexOf('/') + 1), async (input) => {
      const body = parseWith(route.body as z.ZodType<{ orderNo: string }>, input);
      const row = await findOrder({ orderDeps: deps }, issuerId, body.orderNo);
      // Without a webhook-id the content names the message: the same content again gets the same answer.
      const messageId = answerName(deps, 'function', body.orderNo, body);
      try {
        return (await run(deps, row, messageId, body as Parameters<typeof run>[3])).body;
      } finally {
        deps.answered.note(row, messageId);
      }
    });
  register(routes.verifyOrder, verifyOrder);
  register(routes.submitCodes, submitCodes);
  register(routes.refuseOrder, refuseOrder);
  register(routes.cancelOrder, cancelOrder);
  registerAfterSale(register, terminalProblem);

  const order = async <N extends Name>(name: N, body: Written<N>): Promise<Given<N>> => {
    const operation = operations.get(name);
    if (!operation) throw new Failure('path_unknown');
    return (await operation(body)) as Given<N>;
  };
  return {
    order,
    verifyOrder: (body) => order('verification', body),
    submitCodes: (body) => order('codes', body),
    refuseOrder: (body) => order('refusal', body),
    cancelOrder: (body) => order('cancellation', body),
  };
};
