import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { type Answer, type Platform, read, repeated, wasNotAskedInTime } from './platform';
import { until } from './until';

export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly raw: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came over the wire
  readonly data: any;
  readonly atMs: number;
}

/** What the issuer answers to a callback; a function may act first, as an issuer that verifies inside the callback does. */
export type Reaction = (
  message: Received,
) => Promise<{ status: number; body?: unknown; raw?: string | Buffer; headers?: Record<string, string> } | 'close'>;

/** An issuer of the tests: a real HTTP server, signatures by the public Standard Webhooks library, its own log of calls. */
export interface TestIssuer {
  readonly issuerId: string;
  readonly secret: string;
  readonly received: Received[];
  /** What its server gives to whoever asks, by path. */
  readonly files: Map<string, string>;
  on(type: string, reaction: Reaction): void;
  message(type: string, orderNo: string, n?: number): Promise<Received>;
  post(
    path: string,
    body: unknown,
    /** `raw` is signed; where `sent` is given, that goes over the wire instead. */
    options?: {
      webhookId?: string;
      raw?: string;
      sent?: string;
      headers?: Record<string, string>;
      signal?: AbortSignal;
    },
  ): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** After a rotation: what it signs with, and what it checks callbacks with. */
  useSecret(secret: string): void;
  tokenOf(orderNo: string): string;
  place(orderNo: string, changes?: Record<string, unknown>): Promise<Answer>;
  verify(orderNo: string, changes?: Record<string, unknown>): Promise<Answer>;
  submit(orderNo: string, codes: unknown[], changes?: Record<string, unknown>): Promise<Answer>;
  refuse(orderNo: string, changes?: Record<string, unknown>): Promise<Answer>;
  cancel(orderNo: string): Promise<Answer>;
  order(orderNo: string): Promise<Answer>;
  inState(orderNo: string, state: string): Promise<Answer>;
  /** Placed, told of and verified, with the facts of `changes`. */
  placeVerified(
    orderNo: string,
    changes?: { quantity?: number; amount?: unknown; [field: string]: unknown },
  ): Promise<Answer>;
  /** Its server answers nobody, as while it is down; its own calls go on. */
  goDown(): Promise<void>;
  /** At the same address. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

const waitsMax = 50;
const wasNotAsked = ({ status, body }: Answer): boolean => status === 202 || body.code === 'unavailable';

export const amount = { value: 1_000, currency: 'EUR' };

/** Who makes the issuer, once its server's address is known: its id and its secret. */
type Making = (callback: { kind: 'url'; url: string }) => Promise<Answer>;

/** Made by itself, in the sandbox. */
export const startSandboxIssuer = (
  platform: Platform,
  changes: Record<string, unknown> = {},
  isPatient = true,
): Promise<TestIssuer> =>
  startIssuerMadeBy(platform, isPatient, (callback) =>
    read(
      fetch(`${platform.baseUrl}/v1/sandbox/issuers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ callback, codeMode: 'push', ...changes }),
      }),
    ),
  );

export const startIssuer = (platform: Platform, settings: Record<string, unknown> = {}): Promise<TestIssuer> =>
  startIssuerMadeBy(platform, false, (callback) =>
    platform.operator('POST', '/issuers', {
      issuerId: `issuer-${randomUUID().slice(0, 8)}`,
      name: 'An issuer of the tests',
      callback,
      codeMode: 'push',
      terminal: { channel: 'page' },
      ...settings,
    }),
  );

const startIssuerMadeBy = async (platform: Platform, isPatient: boolean, make: Making): Promise<TestIssuer> => {
  const received: Received[] = [];
  const reactions = new Map<string, Reaction>();
  let secret = '';
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const { type, data } = new Webhook(secret).verify(raw, headers) as { type: string; data: unknown };
    const message: Received = {
      headers,
      id: String(headers['webhook-id']),
      timestamp: String(headers['webhook-timestamp']),
      signature: String(headers['webhook-signature']),
      raw,
      type,
      data,
      atMs: Date.now(),
    };
    received.push(message);
    const silent: Reaction = async () => ({ status: 204 });
    const reaction = await (reactions.get(type) ?? reactions.get('*') ?? silent)(message);
    if (reaction === 'close') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reaction.status, { 'content-type': 'application/json', ...reaction.headers });
    response.end(reaction.raw ?? (reaction.body === undefined ? undefined : JSON.stringify(reaction.body)));
  };
  const files = new Map<string, string>();
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const content = files.get(request.url ?? '');
      response.writeHead(content === undefined ? 404 : 200).end(content);
      return;
    }
    answer(request, response).catch(() => response.writeHead(400).end());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/callback`;
  const created = await make({ kind: 'url', url });
  if (created.status !== 201) throw new Error(`the issuer was not created: ${JSON.stringify(created.body)}`);
  secret = created.body.secret;
  const issuerId: string = created.body.issuerId;

  const base = `/v1/issuers/${issuerId}`;
  const sign = (id: string, text: string): Record<string, string> => {
    const at = new Date(platform.nowMs());
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, text),
    };
  };
  /** As a client does that is told when to come again: a test issuer has five requests a second. */
  const patiently = async (call: () => Promise<Answer>): Promise<Answer> => {
    for (let n = 0; n < waitsMax && isPatient; n += 1) {
      const answer = await call();
      if (answer.status !== 429 || Number(answer.headers.get('retry-after')) > 1) return answer;
      await pause(200);
    }
    return call();
  };
  const send: TestIssuer['post'] = (
    path,
    body,
    { webhookId = randomUUID(), raw = JSON.stringify(body), sent = raw, headers = {}, signal } = {},
  ) =>
    patiently(() =>
      read(
        fetch(`${platform.baseUrl}${base}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...sign(webhookId, raw), ...headers },
          body: sent,
          signal: signal ?? null,
        }),
      ),
    );
  const isWorking = (): boolean => platform.isWorking();
  const post: TestIssuer['post'] = (path, body, options = {}) => {
    const webhookId = options.webhookId ?? randomUUID();
    return repeated(isWorking, wasNotAskedInTime, () => send(path, body, { ...options, webhookId }));
  };
  /** Of what is queued too the judgement is waited for. */
  const ask = (path: string, body: unknown): Promise<Answer> => {
    const webhookId = randomUUID();
    return repeated(isWorking, wasNotAsked, () => send(path, body, { webhookId }));
  };
  const get: TestIssuer['get'] = (path, headers = {}) =>
    patiently(() =>
      read(
        fetch(`${platform.baseUrl}${base}${path}`, {
          headers: { ...sign(randomUUID(), `GET ${base}${path}`), ...headers },
        }),
      ),
    );
  const tokenOf = (orderNo: string): string =>
    received.find(({ type, data }) => type === 'order.paid' && data.orderNo === orderNo)?.data.token ?? 'no-token-yet';

  const issuer: TestIssuer = {
    issuerId,
    secret,
    received,
    files,
    on: (type, reaction) => {
      reactions.set(type, reaction);
    },
    message: (type, orderNo, n = 1) =>
      until(
        `${type} number ${n} of ${orderNo}`,
        () => received.filter((m) => m.type === type && m.data.orderNo === orderNo)[n - 1],
      ),
    post,
    get,
    useSecret: (next) => {
      secret = next;
    },
    tokenOf,
    placeVerified: async (orderNo, changes = {}) => {
      const placed = await issuer.place(orderNo, changes);
      if (placed.status !== 201) throw new Error(`${orderNo} was not placed: ${JSON.stringify(placed.body)}`);
      await issuer.message('order.paid', orderNo);
      const facts = { quantity: changes.quantity ?? 1, amount: changes.amount ?? amount };
      const verified = await issuer.verify(orderNo, facts);
      if (verified.status !== 200) throw new Error(`${orderNo} was not verified: ${JSON.stringify(verified.body)}`);
      return placed;
    },
    place: (orderNo, changes = {}) =>
      post('/orders', {
        type: 'order.payment',
        orderNo,
        product: { id: 'coffee', name: 'Coffee' },
        amount,
        ...changes,
      }),
    verify: (orderNo, changes = {}) =>
      ask(`/orders/${orderNo}/verification`, {
        type: 'order.verification',
        orderNo,
        token: tokenOf(orderNo),
        quantity: 1,
        amount,
        ...changes,
      }),
    submit: (orderNo, codes, changes = {}) =>
      ask(`/orders/${orderNo}/codes`, { type: 'order.codes', orderNo, token: tokenOf(orderNo), codes, ...changes }),
    refuse: (orderNo, changes = {}) =>
      ask(`/orders/${orderNo}/refusal`, {
        type: 'order.refusal',
        orderNo,
        token: tokenOf(orderNo),
        reason: 'out_of_stock',
        ...changes,
      }),
    cancel: (orderNo) =>
      ask(`/orders/${orderNo}/cancellation`, { type: 'order.cancellation', orderNo, reason: 'changed my mind' }),
    order: (orderNo) => get(`/orders/${orderNo}`),
    inState: (orderNo, state) =>
      until(`order ${orderNo} ${state}`, async () => {
        const seen = await get(`/orders/${orderNo}`);
        return seen.body.state === state && seen;
      }),
    goDown: close,
    comeBack: () => listen(port),
    stop: close,
  };
  return issuer;
};
