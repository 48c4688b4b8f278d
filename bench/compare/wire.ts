import { Agent, request } from 'undici';
import { signHmac } from '../../src/signing/sign';

/** The wire that platform, bare order and null server have in common, as far as the simulators use it. */
export interface Sender {
  readonly issuerId: string;
  /** Null where nothing is signed. */
  readonly secret: string | null;
  /** Left out: the target's; each of several apis has an address of its own. */
  readonly baseUrl?: string;
}

export interface Target {
  readonly name: SideName;
  readonly baseUrl: string;
  readonly issuers: readonly Sender[];
}

export type SideName = 'platform' | 'bare' | 'null' | 'peer';

export const product = { id: 'coffee-voucher', name: 'Coffee voucher' };
export const amount = { value: 450, currency: 'EUR' };

export interface PaidNotice {
  readonly type: 'order.paid';
  readonly timestamp: string;
  readonly data: {
    readonly issuerId: string;
    readonly orderNo: string;
    readonly token: string;
    readonly product: typeof product;
    readonly quantity: number;
    readonly amount: typeof amount;
    readonly metadata: Record<string, string>;
    readonly verifyBy: string;
    readonly verificationUrl: string;
    readonly codesUrl: string;
    readonly refusalUrl: string;
  };
}

export interface Code {
  readonly itemId: string;
  readonly value: string;
}

export interface PaymentRequest {
  readonly type: 'order.payment';
  readonly orderNo: string;
  readonly product: typeof product;
  readonly quantity: number;
  readonly amount: typeof amount;
}

export interface DeliveredMessage {
  readonly type: 'code.delivered';
  readonly timestamp: string;
  readonly data: {
    readonly issuerId: string;
    readonly orderNo: string;
    readonly product: typeof product;
    readonly codes: readonly Code[];
  };
}

export interface DeliveredEvent {
  readonly type: 'order.delivered';
  readonly timestamp: string;
  readonly data: {
    readonly issuerId: string;
    readonly orderNo: string;
    readonly sequence: number;
    readonly at: string;
    readonly state: 'delivered';
  };
}

/** Known to issuer and terminal alike, so that the terminal can tell a wrong code. */
export const codeOf = (issuerId: string, orderNo: string): Code => ({
  itemId: 'a',
  value: `CODE-${issuerId}-${orderNo}`,
});

export interface PostAnswer {
  /** 0: no answer came. */
  readonly status: number;
  readonly text: string;
  readonly problem?: string;
  readonly retryAfterMs?: number;
}

/** One pool of kept connections per process; no repeats, and what goes wrong is told. */
export const createPost = (answerLimitMs: number) => {
  const dispatcher = new Agent({
    connections: 1_024,
    pipelining: 1,
    keepAliveTimeout: 3_000,
    headersTimeout: answerLimitMs,
    bodyTimeout: answerLimitMs,
  });
  let sent = 0;
  const prefix = `b${process.pid}_${Date.now().toString(36)}_`;
  /** Stays the same when a call is repeated. */
  const newMessageId = (): string => {
    sent += 1;
    return `${prefix}${sent}`;
  };
  const post = async (url: string, body: string, { secret }: Sender, messageId: string): Promise<PostAnswer> => {
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const signed =
      secret === null
        ? {}
        : {
            'webhook-id': messageId,
            'webhook-timestamp': String(timestampSeconds),
            'webhook-signature': signHmac(secret, { id: messageId, timestampSeconds, body }),
          };
    try {
      const answer = await request(url, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed },
        body,
      });
      const text = await answer.body.text();
      const retryAfter = Number(answer.headers['retry-after'] ?? Number.NaN);
      return {
        status: answer.statusCode,
        text,
        ...(Number.isFinite(retryAfter) ? { retryAfterMs: retryAfter * 1_000 } : {}),
      };
    } catch (error) {
      const { code, name } = error as { code?: string; name: string };
      return { status: 0, text: '', problem: code ?? name };
    }
  };
  return { post, newMessageId };
};
