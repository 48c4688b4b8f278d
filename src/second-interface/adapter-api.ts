import type { z } from 'zod';
import {
  type CodeAnswer,
  cancelOrderRequest,
  refuseOrderRequest,
  submitCodesRequest,
  verifyOrderRequest,
} from '../contract/issuer';
import { parseWith } from '../contract/problem';
import { Failure } from '../domain/failures';
import { sha256 } from '../sealing/key-ring';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { cancelOrder } from './cancel-order';
import type { OperationAnswer } from './operation-answer';
import { refuseOrder } from './refuse-order';
import { submitCodes } from './submit-codes';
import { verifyOrder } from './verify-order';

type Body2xx = Readonly<Record<string, unknown>>;

/**
 * The second interface of a callback that is a function: the same operations without HTTP. Each resolves to the 2xx body
 * or throws a Failure with `code`, `status` and `retryable`.
 */
export interface AdapterApi {
  verifyOrder(body: z.input<typeof verifyOrderRequest>): Promise<Body2xx>;
  submitCodes(body: z.input<typeof submitCodesRequest>): Promise<Body2xx>;
  refuseOrder(body: z.input<typeof refuseOrderRequest>): Promise<Body2xx>;
  cancelOrder(body: z.input<typeof cancelOrderRequest>): Promise<Body2xx>;
}

export interface AdapterMessage {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A module named in `ADAPTERS` exports this: the issuer lives in the platform's process. */
export interface Adapter {
  readonly name: string;
  onMessage(message: AdapterMessage, api: AdapterApi): Promise<CodeAnswer | undefined>;
}

/** Made for each message; scoped to the issuer that the message went to. */
export const createAdapterApi = (deps: OrderDeps, issuerId: string): AdapterApi => {
  const operation =
    <S extends z.ZodType<{ orderNo: string }>>(
      schema: S,
      run: (r: OrderDeps, row: OrderRow, messageId: string, body: z.output<S>) => Promise<OperationAnswer>,
    ) =>
    async (input: z.input<S>): Promise<Body2xx> => {
      const body = parseWith(schema, input);
      const row = await deps.orders.find({ issuerId, orderNo: body.orderNo });
      if (!row) throw new Failure('order_unknown');
      // Without a webhook-id the content names the message: the same content again gets the same answer.
      const messageId = sha256(`function:${JSON.stringify(body)}`);
      return (await run(deps, row, messageId, body)).body;
    };
  return {
    verifyOrder: operation(verifyOrderRequest, verifyOrder),
    submitCodes: operation(submitCodesRequest, submitCodes),
    refuseOrder: operation(refuseOrderRequest, refuseOrder),
    cancelOrder: operation(cancelOrderRequest, cancelOrder),
  };
};
