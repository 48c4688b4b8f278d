import { Agent, request } from 'node:http';
import type { BareOrder } from './bare-messages';
import type { Code, DeliveredEvent, DeliveredMessage, PaidNotice } from './wire';

export interface BareAddresses {
  readonly apiUrl: string;
  /** The issuer's id is put behind it. */
  readonly callbackUrl: string;
  readonly terminalUrl: string;
}

const answerLimitMs = 8_000;
const windowMs = 600_000;

/** The three calls out of an order, with Node's own client and kept connections; also what the null server calls out with. */
export const createBareActivities = ({ apiUrl, callbackUrl, terminalUrl }: BareAddresses) => {
  const agent = new Agent({ keepAlive: true });

  const post = (url: string, body: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const call = request(
        url,
        {
          agent,
          method: 'POST',
          timeout: answerLimitMs,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          response.resume();
          response.once('end', () => {
            const { statusCode = 0 } = response;
            if (statusCode >= 200 && statusCode < 300) resolve();
            else reject(new Error(`answered ${statusCode}`));
          });
          response.once('error', reject);
        },
      );
      call.once('timeout', () => call.destroy(new Error('no answer in time')));
      call.once('error', reject);
      call.end(text);
    });

  return {
    notifyIssuer: (order: BareOrder): Promise<void> => {
      const { issuerId, orderNo } = order;
      const orderUrl = `${apiUrl}/v1/issuers/${issuerId}/orders/${orderNo}`;
      const notice: PaidNotice = {
        type: 'order.paid',
        timestamp: new Date().toISOString(),
        data: {
          ...order,
          metadata: {},
          verifyBy: new Date(Date.now() + windowMs).toISOString(),
          verificationUrl: `${orderUrl}/verification`,
          codesUrl: `${orderUrl}/codes`,
          refusalUrl: `${orderUrl}/refusal`,
        },
      };
      return post(`${callbackUrl}/${issuerId}`, notice);
    },

    deliverCodes: ({ issuerId, orderNo, product }: BareOrder, codes: readonly Code[]): Promise<void> => {
      const timestamp = new Date().toISOString();
      const message: DeliveredMessage = {
        type: 'code.delivered',
        timestamp,
        data: { issuerId, orderNo, product, codes },
      };
      return post(terminalUrl, message);
    },

    tellDelivered: ({ issuerId, orderNo }: BareOrder): Promise<void> => {
      const timestamp = new Date().toISOString();
      const event: DeliveredEvent = {
        type: 'order.delivered',
        timestamp,
        data: { issuerId, orderNo, sequence: 1, at: timestamp, state: 'delivered' },
      };
      return post(`${callbackUrl}/${issuerId}`, event);
    },
  };
};
