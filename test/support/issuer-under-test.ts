import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** What a wrong issuer does in place of what is right. */
export const faults = {
  'no-signature-check': 'believes whatever comes',
  'no-time-check': 'checks the signature, and not when it was made',
  'strict-clock': 'allows a minute in place of five',
  'first-signature': 'reads the first signature alone',
  'last-signature': 'reads the last signature alone',
  'known-versions': 'refuses a list with a version that it does not know',
  'header-case': 'looks for headers as it knows them written',
  'never-verifies': 'believes the notice without asking',
  'number-escaped': 'takes no order whose number has other characters than letters and digits',
  'zero-missing': 'takes an amount of 0 for none',
  'floating-point': 'keeps amounts as floating point with a fraction',
  'ascii-body': 'checks the signature over ASCII',
  'small-bodies': 'takes bodies of 4 KiB',
  'one-piece': 'verifies with a quantity of one',
  'strict-fields': 'refuses fields that it does not know',
  'strict-types': 'refuses messages and events that it does not know',
  'strict-media-type': 'compares the whole content type',
  'no-byte-order-mark': 'cannot parse a byte order mark',
  'dies-of-garbage': 'cuts the connection where a body is no message',
  'refuses-repeats': 'answers a message that it knows with 409',
  'redirects-repeats': 'answers a message that it knows with a redirect',
  'refuses-again': 'refuses an order that it hears of again',
  'new-codes': 'makes other codes whenever it is asked',
  'waits-in-order': 'takes no event before the one that comes before it',
  'known-orders': 'takes no event of an order that it does not know',
  'forgets-after-event': 'takes no notice of an order of which an event came',
  'ignores-refusals': 'gives codes whatever the verification says',
  'asks-for-ever': 'asks again what was refused for good',
  'gives-up': 'asks once and then never again',
  impatient: 'asks again at once',
  'short-patience': 'waits a second for an answer',
  'strict-answers': 'reads no answer that has fields which it does not know',
  'verifies-thrice': 'verifies whatever is verified',
  'too-many-codes': 'gives one code more than was asked for',
  'all-in-one-call': 'gives 250 codes at once',
  'one-value': 'gives each order the same code',
  'codes-first': 'sends codes while it verifies',
  'codes-for-ever': 'sends codes again and again',
  'new-id-each-time': 'repeats under another webhook-id',
  'codes-anew': 'repeats with other codes',
  'shared-place': 'keeps the order at work where the next one finds it',
  'closing-malformed': 'answers the last call with words',
  'void-malformed': 'answers a void request with words',
  'void-undecided': 'says destroyed first and refused then',
  'slow-answer': 'takes three seconds for an answer',
  'no-answer': 'answers nothing',
  redirect: 'answers with a redirect',
  'huge-answer': 'answers with 100 KiB',
  gone: 'answers 410 to what is over',
  'acknowledges-once': 'acknowledges no message that it has acknowledged',
  'stops-fetching': 'fetches no more once a fetch has failed',
  'bad-own-signature': 'signs what it did not send',
} as const;
export type Fault = keyof typeof faults;

export interface IssuerUnderTest {
  readonly url: string;
  stop(): Promise<void>;
}

interface Options {
  readonly platformUrl: () => string;
  readonly issuerId: string;
  readonly secret: string;
  readonly codeMode: 'request' | 'push';
  /** It is not called. */
  readonly fetches?: boolean;
  /** By the scenario that a message is of. */
  readonly faultIn?: (scenario: string) => Fault | undefined;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

interface CodeMade {
  readonly itemId: string;
  readonly value: string;
  readonly format: 'text';
}

const knownTypes = /^order\.(paid|code_requested|closing|void_requested|delivered|refused|expired|cancelled)$/;
const knownFields = [
  'issuerId',
  'orderNo',
  'token',
  'product',
  'quantity',
  'amount',
  'metadata',
  'payment',
  'verifyBy',
  'outstanding',
  'issueBy',
  'closesBy',
  'verificationUrl',
  'codesUrl',
  'refusalUrl',
];
const callTries = 6;

/** A server as its developers would write one, with public libraries alone; and each mistake that one of them might make. */
export const startIssuerUnderTest = async ({
  platformUrl,
  issuerId,
  secret,
  codeMode,
  fetches = false,
  faultIn = () => undefined,
}: Options): Promise<IssuerUnderTest> => {
  const webhook = new Webhook(secret);
  const seen = new Set<string>();
  const codes = new Map<string, CodeMade[]>();
  const decisions = new Map<string, number>();
  const sequences = new Map<string, number>();
  const verified = new Set<string>();
  const closed = new Set<string>();
  const acknowledged = new Set<string>();
  const stopped = new AbortController();
  let atWork = '';

  const codesOf = (orderNo: string, quantity: number, fault: Fault | undefined): CodeMade[] => {
    const make = (): CodeMade[] =>
      Array.from({ length: quantity + (fault === 'too-many-codes' ? 1 : 0) }, (_, n) => ({
        itemId: `item-${n + 1}`,
        value: fault === 'one-value' ? 'ALWAYS-THE-SAME' : `CODE-${randomUUID()}`,
        format: 'text',
      }));
    if (fault === 'new-codes') return make();
    const made = codes.get(orderNo) ?? make();
    codes.set(orderNo, made);
    return made;
  };

  const signed = (
    method: 'GET' | 'POST',
    path: string,
    { id = randomUUID(), raw, text, limitMs = 10_000 }: { id?: string; raw?: string; text?: string; limitMs?: number },
  ) => {
    const at = new Date();
    const target = `/v1/issuers/${issuerId}${path}`;
    return fetch(platformUrl() + target, {
      method,
      headers: {
        ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': webhook.sign(id, at, text ?? raw ?? `${method} ${target}`),
      },
      ...(raw === undefined ? {} : { body: raw }),
      signal: method === 'GET' ? stopped.signal : AbortSignal.timeout(limitMs),
    }).catch(() => undefined);
  };
  const limitOf = (fault: Fault | undefined) => (fault === 'short-patience' ? 1_000 : 10_000);

  /** By whoever gives up: a message that comes again, as its lease ended on a busy machine, changes nothing. */
  const askedOnce = new Set<string>();

  /** A call of the second interface, repeated as its answers say. */
  const call = async (
    orderNo: string,
    path: string,
    body: () => object,
    fault: Fault | undefined,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const asked = `${orderNo}/${path}`;
    if (fault === 'gives-up' && askedOnce.has(asked)) return { status: 0, body: {} };
    askedOnce.add(asked);
    let id = randomUUID();
    let raw = JSON.stringify({ orderNo, ...body() });
    for (let n = 1; ; n += 1) {
      const sent = fault === 'bad-own-signature' ? `${raw} ` : raw;
      const answer = await signed('POST', `/orders/${orderNo}/${path}`, {
        id,
        raw,
        text: sent,
        limitMs: limitOf(fault),
      });
      const json = answer ? ((await answer.json()) as Record<string, unknown>) : {};
      const status = answer?.status ?? 0;
      if (fault === 'strict-answers' && 'somethingNew' in json) return { status: 0, body: json };
      const isOver = status >= 200 && status < 300 && status !== 202;
      const isForGood = status >= 400 && json.retryable === false;
      const isEnough =
        (isOver && fault !== 'codes-for-ever') ||
        (isForGood && fault !== 'asks-for-ever' && fault !== 'codes-for-ever');
      if (isEnough || n === callTries || fault === 'gives-up' || fault === 'short-patience')
        return { status, body: json };
      const seconds =
        fault === 'impatient' || fault === 'asks-for-ever' || fault === 'codes-for-ever'
          ? 0.1
          : Number(answer?.headers.get('retry-after') ?? 1);
      await pause(seconds * 1_000);
      if (fault === 'new-id-each-time') id = randomUUID();
      if (fault === 'codes-anew') {
        codes.delete(orderNo);
        id = randomUUID();
        raw = JSON.stringify({ orderNo, ...body() });
      }
    }
  };

  const sendCodes = async (
    orderNo: string,
    token: string,
    quantity: number,
    fault: Fault | undefined,
  ): Promise<void> => {
    const perCall = fault === 'all-in-one-call' ? 1_000 : 200;
    for (let from = 0; from < quantity; from += perCall) {
      const part = () => ({
        type: 'order.codes',
        token,
        codes: codesOf(orderNo, quantity, fault).slice(from, from + perCall),
      });
      await call(orderNo, 'codes', part, fault);
    }
  };

  // biome-ignore lint/suspicious/noExplicitAny: whatever comes over the wire
  const paid = async (data: any, fault: Fault | undefined): Promise<Answer> => {
    const { orderNo, token, quantity, amount } = data;
    atWork = orderNo;
    if (fault === 'number-escaped' && !/^[\w-]+$/.test(orderNo)) return { status: 400 };
    if (fault === 'zero-missing' && !amount.value) return { status: 400 };
    if (fault === 'forgets-after-event' && sequences.has(orderNo)) return { status: 204 };
    if (fault === 'gone' && closed.has(orderNo)) return { status: 410 };
    if (fault === 'refuses-again' && verified.has(orderNo)) {
      await call(orderNo, 'refusal', () => ({ type: 'order.refusal', token, reason: 'other' }), fault);
      return { status: 204 };
    }
    const pieces = fault === 'one-piece' ? 1 : quantity;
    const value = fault === 'floating-point' && amount.value > 2 ** 52 ? amount.value - 1 : amount.value;
    const verification = () => ({ type: 'order.verification', token, quantity: pieces, amount: { ...amount, value } });
    if (fault === 'never-verifies') return { status: 204 };
    const early =
      fault === 'codes-first' && codeMode === 'push' ? sendCodes(orderNo, token, quantity, fault) : undefined;
    const { status } = await call(orderNo, 'verification', verification, fault);
    await early;
    if (fault === 'shared-place') await pause(50);
    const meant = fault === 'shared-place' ? atWork : orderNo;
    if (status === 200) verified.add(orderNo);
    if (fault === 'verifies-thrice')
      for (let n = 0; n < 2; n += 1) await call(orderNo, 'verification', verification, fault);
    if (status >= 500 || status === 0 || status === 429) return { status: fault === 'gives-up' ? 204 : 503 };
    if (status === 200 || fault === 'ignores-refusals') {
      const isSending = codeMode === 'push' || fault === 'ignores-refusals';
      if (isSending && meant === orderNo) void sendCodes(orderNo, token, quantity, fault);
    }
    return { status: 204 };
  };

  // biome-ignore lint/suspicious/noExplicitAny: whatever comes over the wire
  const react = async ({ type, data }: { type: string; data: any }, fault: Fault | undefined): Promise<Answer> => {
    if (fault === 'strict-types' && !knownTypes.test(type)) return { status: 400 };
    if (fault === 'strict-fields' && Object.keys(data).some((name) => !knownFields.includes(name)))
      return { status: 422 };
    switch (type) {
      case 'order.paid':
        return paid(data, fault);
      case 'order.closing':
      case 'order.code_requested': {
        if (fault === 'closing-malformed' && type === 'order.closing') return { status: 200, body: { status: 'soon' } };
        if (fault === 'shared-place' && atWork !== data.orderNo) return { status: 500 };
        if (codeMode === 'push') return { status: 202 };
        if (fault === 'codes-for-ever') void sendCodes(data.orderNo, data.token, data.quantity, fault);
        const all = codesOf(data.orderNo, data.quantity, fault);
        const from = data.quantity > 200 && data.outstanding <= 200 ? data.quantity - data.outstanding : 0;
        const given = fault === 'all-in-one-call' ? all : all.slice(from, from + 200);
        return { status: 200, body: { status: 'issued', codes: given, ...(fault === 'codes-anew' ? { and: 1 } : {}) } };
      }
      case 'order.void_requested': {
        const times = (decisions.get(data.requestId) ?? 0) + 1;
        decisions.set(data.requestId, times);
        if (fault === 'void-malformed') return { status: 200, body: 'yes' };
        if (fault === 'huge-answer') return { status: 200, body: { status: 'destroyed', why: 'x'.repeat(100_000) } };
        if (fault === 'void-undecided' && times > 1)
          return { status: 200, body: { status: 'refused', reason: 'other' } };
        return { status: 200, body: { status: 'destroyed' } };
      }
      default: {
        const { orderNo, sequence = 0 } = data;
        if (fault === 'known-orders' && !verified.has(orderNo)) return { status: 404 };
        if (type === 'order.cancelled') closed.add(orderNo);
        const before = sequences.get(orderNo) ?? 0;
        if (fault === 'waits-in-order' && sequence > before + 1) return { status: 409 };
        sequences.set(orderNo, sequence);
        if (fault === 'slow-answer') await pause(3_000);
        if (fault === 'no-answer') await pause(9_000);
        if (fault === 'redirect') return { status: 302, headers: { location: '/elsewhere' } };
        return { status: 204 };
      }
    }
  };

  const headersOf = (request: IncomingMessage, fault: Fault | undefined): Record<string, string> => {
    const { rawHeaders } = request;
    const names = fault === 'header-case' ? (name: string) => name : (name: string) => name.toLowerCase();
    const headers: Record<string, string> = {};
    for (let n = 0; n < rawHeaders.length; n += 2) headers[names(rawHeaders[n] ?? '')] = rawHeaders[n + 1] ?? '';
    const signatures = (headers['webhook-signature'] ?? '').split(' ');
    const version = (fault === 'known-versions' && signatures.find((one) => !one.startsWith('v1,'))) || '';
    if (version) return {};
    if (fault === 'first-signature') headers['webhook-signature'] = signatures[0] ?? '';
    if (fault === 'last-signature') headers['webhook-signature'] = signatures.at(-1) ?? '';
    return headers;
  };

  const isSigned = (raw: string, headers: Record<string, string>, fault: Fault | undefined): boolean => {
    if (fault === 'no-signature-check') return true;
    const seconds = Number(headers['webhook-timestamp']);
    if (fault === 'header-case' && !headers['webhook-id']) return false;
    const offSeconds = Math.abs(Date.now() / 1_000 - seconds);
    if (fault === 'strict-clock' && offSeconds > 60) return false;
    const text = fault === 'ascii-body' ? Buffer.from(raw, 'utf8').toString('ascii') : raw;
    const id = headers['webhook-id'] ?? '';
    if (fault === 'no-time-check')
      return headers['webhook-signature'] === webhook.sign(id, new Date(seconds * 1_000), text);
    try {
      // Its reading of JSON is not needed, and would refuse what is none.
      const whole = { ...headers };
      webhook.verify(text, whole);
      return true;
    } catch (error) {
      return error instanceof SyntaxError;
    }
  };

  const faultOf = (raw: string): Fault | undefined => faultIn(/conform-[0-9a-f]{8}-([a-z-]+)-\d/.exec(raw)?.[1] ?? '');

  const work = async ({
    id,
    attempt: _attempt,
    ...message
  }: {
    id: string;
    attempt: number;
    type: string;
    data: object;
  }) => {
    const raw = JSON.stringify(message);
    const fault = faultOf(raw);
    if (fault === 'small-bodies' && raw.length > 4_096) return;
    if (fault === 'ascii-body' && /[^\0-\x7f]/.test(raw)) return;
    if (fault === 'acknowledges-once' && acknowledged.has(id)) return;
    if (seen.has(id) && fault === 'refuses-repeats') return;
    seen.add(id);
    const { status, body } = await react(message, fault);
    if (status < 200 || status >= 300) return;
    const result = { id, ...(status === 200 ? { answer: body } : {}) };
    const answer = await signed('POST', '/messages/acknowledgement', {
      raw: JSON.stringify({ type: 'messages.acknowledgement', results: [result] }),
    });
    if (answer?.ok) acknowledged.add(id);
  };

  const keepFetching = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const answer = platformUrl() === '' ? undefined : await signed('GET', '/messages?waitSeconds=2', {});
      const isStopping = answer && !answer.ok && faultIn('') === 'stops-fetching';
      if (isStopping) return;
      if (answer?.ok) for (const message of (await answer.json()).data) void work(message);
      else await pause(100);
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const fault = faultOf(raw);
    const headers = headersOf(request, fault);
    const answer = async (): Promise<Answer> => {
      if (fault === 'small-bodies' && raw.length > 4_096) return { status: 413 };
      if (fault === 'strict-media-type' && headers['content-type'] !== 'application/json') return { status: 415 };
      if (!isSigned(raw, headers, fault)) return { status: 401 };
      let message: { type: string; data: object };
      try {
        message = JSON.parse(fault === 'no-byte-order-mark' ? raw : raw.replace(/^\uFEFF/, ''));
        if (typeof message?.data !== 'object') throw new SyntaxError('no message');
      } catch {
        return { status: fault === 'dies-of-garbage' ? 0 : 400 };
      }
      const id = String(headers['webhook-id']);
      if (seen.has(id) && fault === 'refuses-repeats') return { status: 409 };
      if (seen.has(id) && fault === 'redirects-repeats') return { status: 302 };
      seen.add(id);
      return react(message, fault);
    };
    const { status, body, headers: more = {} } = await answer();
    if (status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const fetching = fetches ? keepFetching() : undefined;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    stop: async () => {
      stopped.abort();
      await fetching;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
