import type { z } from 'zod';
import { cancelOrderRequest, refuseOrderRequest, submitCodesRequest, verifyOrderRequest } from '../../contract/issuer';
import { bodyInvalid } from '../../contract/problem';
import type { OrderDeps } from '../../second-interface/ask-order';
import { cancelOrder } from '../../second-interface/cancel-order';
import { findOrder } from '../../second-interface/find-order';
import type { OperationAnswer } from '../../second-interface/operation-answer';
import { refuseOrder } from '../../second-interface/refuse-order';
import { submitCodes } from '../../second-interface/submit-codes';
import { verifyOrder } from '../../second-interface/verify-order';
import type { OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { codesLimitBytes } from '../edge/raw-body';

/** The second interface: what an issuer's server says of an order that it was told of. */
export const mountOrderOperations = (mount: Mount, orderDeps: OrderDeps): void => {
  const operation = <S extends z.ZodType<{ orderNo: string }>>(
    name: string,
    body: S,
    run: (r: OrderDeps, row: OrderRow, messageId: string, b: z.output<S>) => Promise<OperationAnswer>,
    limitBytes?: number,
  ): void =>
    mount.signedPost({
      path: `/v1/issuers/:issuerId/orders/:orderNo/${name}`,
      body,
      ...(limitBytes === undefined ? {} : { limitBytes }),
      begin: (issuerId, { orderNo }) => findOrder({ orderDeps }, issuerId, orderNo),
      handle: async ({ params, body: parsed, messageId, begun }) => {
        requireSameOrder(parsed.orderNo, params.orderNo);
        return run(orderDeps, await begun, messageId, parsed);
      },
    });

  operation('verification', verifyOrderRequest, verifyOrder);
  operation('codes', submitCodesRequest, submitCodes, codesLimitBytes);
  operation('refusal', refuseOrderRequest, refuseOrder);
  operation('cancellation', cancelOrderRequest, cancelOrder);
};

/** A signed body fits one order: it cannot be replayed against another. */
const requireSameOrder = (inBody: string, inPath: string | undefined): void => {
  if (inBody !== inPath) {
    throw bodyInvalid([{ path: '/orderNo', code: 'not_the_path', message: 'must be the order of the path' }]);
  }
};
