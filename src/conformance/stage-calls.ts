import type { z } from 'zod';
import type { Code } from '../contract/code';
import { decideVoid } from '../contract/issuer/after-sale';
import { cancelOrder, refuseOrder, submitCodes, verifyOrder } from '../contract/issuer/order-operations';
import type { OrderMessage } from '../domain/messages';
import { references } from '../second-interface/code-references';
import type { StageCall, StageOrder } from './stage-order';

interface CallOf {
  readonly body: z.ZodType<{ orderNo: string }>;
  readonly limitBytes: number;
  readonly message: (order: StageOrder, body: never, about: About) => OrderMessage | Promise<OrderMessage>;
}

export interface About {
  readonly fingerprintKey: Uint8Array;
  readonly messageId: string;
  /** Another order has one of these values. */
  readonly isReused: (valueFingerprints: readonly string[]) => Promise<boolean>;
}

const bodyLimitBytes = 256 * 1024;

const declared = <S extends z.ZodType<{ orderNo: string }>>(
  { body, limitBytes = bodyLimitBytes }: { readonly body: S; readonly limitBytes?: number },
  message: (order: StageOrder, body: z.output<S>, about: About) => OrderMessage | Promise<OrderMessage>,
): CallOf => ({ body, limitBytes, message });

/** What each call says to the order: by the contract's own routes. */
export const calls: Readonly<Record<StageCall, CallOf>> = {
  verification: declared(verifyOrder, (order, { token, quantity, amount }) => ({
    kind: 'verify',
    isRightToken: token === order.token,
    quantity,
    amount,
  })),
  codes: declared(submitCodes, (order, { token, codes }, about) =>
    codesMessage(order, codes, about, token === order.token),
  ),
  refusal: declared(refuseOrder, (order, { token, reason }) => ({
    kind: 'refuse',
    isRightToken: token === order.token,
    reason,
  })),
  cancellation: declared(cancelOrder, (order, { token }) => ({
    kind: 'cancel',
    by: 'issuer',
    ...(token === undefined ? {} : { isRightToken: token === order.token }),
  })),
  'void-decision': declared(decideVoid, (order, { token, requestId, decision, reason }) => ({
    kind: 'decideVoid',
    by: 'issuer',
    isRightToken: token === order.token,
    requestId,
    decision,
    ...(reason === undefined ? {} : { reason }),
  })),
};

/** Of a call, and of the answer to a code request. */
export const codesMessage = async (
  order: StageOrder,
  codes: readonly Code[],
  { fingerprintKey, messageId, isReused }: About,
  isRightToken = true,
): Promise<OrderMessage> => {
  const items = references({ fingerprintKey }, order.issuerId, codes);
  return {
    kind: 'codes',
    isRightToken,
    submissionId: messageId,
    items,
    reused: await isReused(items.map(({ valueFingerprint }) => valueFingerprint)),
  };
};
