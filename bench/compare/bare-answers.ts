import type { PaymentRequest } from './wire';

const windowMs = 600_000;

/** The wire's order paths: which call of which order this is. */
export const callOf = (path: string): { issuerId: string; orderNo: string; call: string } => {
  const [, , , issuerId = '', , orderNo = '', call = 'orders'] = path.split('/');
  return { issuerId, orderNo, call };
};

/** The same shapes that the platform answers with; bare api and null server share them. */
export const acceptedOrder = (issuerId: string, { orderNo, product, quantity, amount }: PaymentRequest) => {
  const now = new Date();
  return {
    issuerId,
    orderNo,
    state: 'accepted',
    product,
    quantity,
    amount,
    terminal: { channel: 'webhook', hint: '127.0.0.1' },
    codes: { issued: 0, outstanding: quantity },
    delivery: { state: 'none', tries: 0 },
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    verifyBy: new Date(now.getTime() + windowMs).toISOString(),
    sequence: 0,
  };
};

export const verifiedAnswer = (orderNo: string) => ({
  verdict: 'verified',
  orderNo,
  verifiedAt: new Date().toISOString(),
  issueBy: new Date(Date.now() + windowMs).toISOString(),
});

export const codesAnswer = (accepted: number) => ({ accepted, outstanding: 0 });
