import type { z } from 'zod';
import type { CodeAnswer } from '../contract/code';
import {
  type CancellationAnswer,
  type CodesAnswer,
  cancelOrderRequest,
  type RefusalAnswer,
  refuseOrderRequest,
  submitCodesRequest,
  type VerifiedAnswer,
  verifyOrderRequest,
} from '../contract/issuer/order-operations';
import { parseWith } from '../contract/problem';
import type { VoidAnswer } from '../contract/void-answer';
import { Failure } from '../domain/failures';
import { sha256 } from '../sealing/key-ring';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { cancelOrder } from './cancel-order';
import { refuseOrder } from './refuse-order';
import { submitCodes } from './submit-codes';
import { verifyOrder } from './verify-order';

/**
 * The second interface of a callback that is a function: the same operations without HTTP. Each resolves to the 2xx body
 * or throws a Failure with `code`, `status` and `retryable`.
 */
export interface AdapterApi {
  verifyOrder(body: z.input<typeof verifyOrderRequest>): Promise<VerifiedAnswer['body']>;
  submitCodes(body: z.input<typeof submitCodesRequest>): Promise<CodesAnswer['body']>;
  refuseOrder(body: z.input<typeof refuseOrderRequest>): Promise<RefusalAnswer['body']>;
  cancelOrder(body: z.input<typeof cancelOrderRequest>): Promise<CancellationAnswer['body']>;
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

/** Made for each message; scoped to the issuer that the message went to. */
export const createAdapterApi = (deps: OrderDeps, issuerId: string): AdapterApi => {
  const operation =
    <S extends z.ZodType<{ orderNo: string }>, A extends { readonly body: unknown }>(
      schema: S,
      run: (r: OrderDeps, row: OrderRow, messageId: string, body: z.output<S>) => Promise<A>,
    ) =>
    async (input: z.input<S>): Promise<A['body']> => {
      const body = parseWith(schema, input);
      const row = await deps.orders.find({ issuerId, orderNo: body.orderNo });
      if (!row) throw new Failure('order_unknown');
      // Without a webhook-id the content names the message: the same content again gets the same answer.
      const messageId = sha256(`function:${JSON.stringify(body)}`);
      try {
        return (await run(deps, row, messageId, body)).body;
      } finally {
        deps.answered.note(row, messageId);
      }
    };
  return {
    verifyOrder: operation(verifyOrderRequest, verifyOrder),
    submitCodes: operation(submitCodesRequest, submitCodes),
    refuseOrder: operation(refuseOrderRequest, refuseOrder),
    cancelOrder: operation(cancelOrderRequest, cancelOrder),
  };
};
