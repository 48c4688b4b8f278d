import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import express from 'express';

// What all peers have in common: the wire of bench/compare, with Express in front, and the three calls out of an order.
const answerLimitMs = 8_000;
const windowMs = 600_000;
const agent = new Agent({ keepAlive: true });

/** Started by the run as `node PEER.mjs '{"port":…}'`. */
export const settings = JSON.parse(process.argv[2] ?? '{}');

/** Resolves to status and body, whatever the status; rejects when no answer came. */
export const post = (url, body, headers = {}) =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const call = request(
      url,
      {
        agent,
        method: 'POST',
        timeout: answerLimitMs,
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      async (response) => {
        try {
          const chunks = [];
          for await (const chunk of response) chunks.push(chunk);
          resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() });
        } catch (error) {
          reject(error);
        }
      },
    );
    call.once('timeout', () => call.destroy(new Error('no answer in time')));
    call.once('error', reject);
    call.end(text);
  });

const send = async (url, body, messageId) => {
  const { status } = await post(url, body, { 'webhook-id': messageId });
  if (status < 200 || status > 299) throw new Error(`answered ${status}`);
};

export const keyOf = ({ issuerId, orderNo }) => `${issuerId}/${orderNo}`;
const idOf = (kind, order) => `${kind}_${createHash('sha256').update(keyOf(order)).digest('hex').slice(0, 32)}`;
const orderUrl = (issuerId, orderNo) => `http://127.0.0.1:${settings.port}/v1/issuers/${issuerId}/orders/${orderNo}`;

/** The three calls out. Each throws unless a 2xx came; each says the same under the same id when it is made again. */
export const notifyIssuer = (order) => {
  const url = orderUrl(order.issuerId, order.orderNo);
  const data = {
    ...order,
    metadata: {},
    verifyBy: new Date(Date.now() + windowMs).toISOString(),
    verificationUrl: `${url}/verification`,
    codesUrl: `${url}/codes`,
    refusalUrl: `${url}/refusal`,
  };
  const notice = { type: 'order.paid', timestamp: new Date().toISOString(), data };
  return send(`${settings.callbackUrl}/${order.issuerId}`, notice, idOf('paid', order));
};

export const deliverCodes = ({ issuerId, orderNo, product }, codes) => {
  const data = { issuerId, orderNo, product, codes };
  const message = { type: 'code.delivered', timestamp: new Date().toISOString(), data };
  return send(settings.terminalUrl, message, idOf('code', { issuerId, orderNo }));
};

export const tellDelivered = ({ issuerId, orderNo }) => {
  const timestamp = new Date().toISOString();
  const event = {
    type: 'order.delivered',
    timestamp,
    data: { issuerId, orderNo, sequence: 1, at: timestamp, state: 'delivered' },
  };
  return send(`${settings.callbackUrl}/${issuerId}`, event, idOf('told', { issuerId, orderNo }));
};

/** The judgement of a verification, where the peer does not leave it to its database. */
export const fits = (order, { token, quantity, amount }) =>
  token === order.token &&
  quantity === order.quantity &&
  amount.value === order.amount.value &&
  amount.currency === order.amount.currency;

export const newOrder = ({ issuerId, orderNo, product, quantity, amount }) => ({
  issuerId,
  orderNo,
  token: randomBytes(24).toString('base64url'),
  product,
  quantity,
  amount,
});

const orderAnswer = ({ issuerId, orderNo, product, quantity, amount }) => {
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

const verifiedAnswer = (orderNo) => ({
  verdict: 'verified',
  orderNo,
  verifiedAt: new Date().toISOString(),
  issueBy: new Date(Date.now() + windowMs).toISOString(),
});

/**
 * `place(order)` answers true for a new order and false for a known one; `verify(key, body)` and `submit(key, body)` answer an
 * HTTP status. What they throw becomes 503, and whoever called comes again.
 */
export const serveOrders = ({ place, verify, submit }) => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(express.json());
  const orders = '/v1/issuers/:issuerId/orders';
  app.post(orders, async (request, response) => {
    const order = newOrder({ ...request.body, issuerId: request.params.issuerId });
    const isNew = await place(order);
    response.status(isNew ? 201 : 200).json(orderAnswer(order));
  });
  app.post(`${orders}/:orderNo/verification`, async ({ params, body }, response) => {
    const status = await verify(keyOf(params), body);
    if (status === 200) response.json(verifiedAnswer(params.orderNo));
    else response.status(status).end();
  });
  app.post(`${orders}/:orderNo/codes`, async ({ params, body }, response) => {
    const status = await submit(keyOf(params), body);
    if (status < 300) response.status(status).json({ accepted: body.codes.length, outstanding: 0 });
    else response.status(status).end();
  });
  app.use((error, _request, response, _next) => {
    console.error(error.message);
    response.status(503).set('retry-after', '1').end();
  });
  const server = app.listen(settings.port, '127.0.0.1', 4_096, () => console.log('peer ready'));
  server.keepAliveTimeout = 65_000;
  process.once('SIGTERM', () => process.exit(0));
};
