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
  /** Read once: what it says to the order, as that is when it hears it. */
  readonly message: (body: never, about: About) => Said | Promise<Said>;
}

type Said = (order: StageOrder) => OrderMessage;

export interface About {
  readonly issuerId: string;
  readonly fingerprintKey: Uint8Array;
  readonly messageId: string;
  /** Another order has one of these values. */
  readonly isReused: (valueFingerprints: readonly string[]) => Promise<boolean>;
}

const bodyLimitBytes = 256 * 1024;

const declared = <S extends z.ZodType<{ orderNo: string }>>(
  { body, limitBytes = bodyLimitBytes }: { readonly body: S; readonly limitBytes?: number },
  message: (body: z.output<S>, about: About) => Said | Promise<Said>,
): CallOf => ({ body, limitBytes, message });

/** What each call says to the order: by the contract's own routes. */
export const calls: Readonly<Record<StageCall, CallOf>> = {
  verification: declared(verifyOrder, ({ token, quantity, amount }) => (order) => ({
    kind: 'verify',
    isRightToken: token === order.token,
    quantity,
    amount,
  })),
  codes: declared(submitCodes, async ({ token, codes }, about) => {
    const message = await codesMessage(codes, about);
    return (order) => ({ ...message, isRightToken: token === order.token });
  }),
  refusal: declared(refuseOrder, ({ token, reason }) => (order) => ({
    kind: 'refuse',
    isRightToken: token === order.token,
    reason,
  })),
  cancellation: declared(cancelOrder, ({ token }) => (order) => ({
    kind: 'cancel',
    by: 'issuer',
    ...(token === undefined ? {} : { isRightToken: token === order.token }),
  })),
  'void-decision': declared(decideVoid, ({ token, requestId, decision, reason }) => (order) => ({
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
  codes: readonly Code[],
  { issuerId, fingerprintKey, messageId, isReused }: About,
): Promise<Extract<OrderMessage, { kind: 'codes' }>> => {
  const items = references({ fingerprintKey }, issuerId, codes);
  return {
    kind: 'codes',
    isRightToken: true,
    submissionId: messageId,
    items,
    reused: await isReused(items.map(({ valueFingerprint }) => valueFingerprint)),
  };
};
