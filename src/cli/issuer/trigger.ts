import { setTimeout as pause } from 'node:timers/promises';
import { createIssuerClient, type IssuerClient } from '../../../packages/issuer/src/issuer-client';
import type { OrderAnswer } from '../../../packages/issuer/src/messages';
import { testAmount } from '../../domain/words/try-snippet';
import { CommandEnd, exitCodes, wrongUsage } from '../exit';
import { plain } from '../plain-text';
import type { IssuerCredentials } from './issuer-credentials';
import { type MessageType, messageWays, type OrderWay, serverWords } from './message-ways';

/** A test issuer has five requests a second, and its server uses some of them. */
const lookEveryMs = 700;
/** A second one after this: the window ends when its time has passed, not when it is reached. */
const windowSlackSeconds = 1;
const lastCallSeconds = 60;
const pageLimitMs = 10_000;

export interface Triggering {
  readonly credentials: IssuerCredentials;
  readonly type: MessageType;
  readonly waitMs: number;
  readonly out: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A real order of a test issuer, led to where the platform sends that message to its server. */
export const trigger = async ({ credentials, type, waitMs, out, signal }: Triggering): Promise<void> => {
  const way = messageWays[type];
  if (way.kind === 'told') throw wrongUsage(`No test order leads to ${type} by itself. What sends it: ${way.by}.`);
  const { url: baseUrl, issuerId, secret } = credentials;
  const client = createIssuerClient({ baseUrl, issuerId, secret });
  const self = await client.readSelf({ signal });
  if (self.mode !== 'test') {
    throw new CommandEnd(exitCodes.refused, `${issuerId} is no test issuer: \`npx codeferry login\` makes one.`);
  }
  const how = self.callback.kind === 'pull' ? 'it is fetched, as by `npx codeferry listen`' : 'it goes to the callback';
  if (way.kind === 'echo') {
    if (self.callback.kind === 'pull') throw wrongUsage('Whoever fetches its messages is sent no echo.');
    await client.echo({ hello: 'world' }, { signal });
    return out(`echo: ${how}`);
  }
  if (type === 'order.code_requested' && self.codeMode === 'push') {
    throw wrongUsage('This issuer pushes its codes and is not asked: `npx codeferry login --code-mode request`.');
  }
  const order = await placed(client, way, self, secret, signal);
  out(`${order.orderNo} (${way.product}) is placed; ${how}.`);
  if (way.server.length > 0) out(`For ${type} ${serverWords(way.server)}.`);
  if (way.deed === 'cancel') await client.cancelOrder({ orderNo: order.orderNo, reason: 'trigger' }, { signal });
  if (way.deed === 'pass the verify window') {
    const seconds = Math.ceil((Date.parse(String(order.verifyBy)) - Date.now()) / 1_000) + windowSlackSeconds;
    const { orders } = await client.advanceClock(seconds, { signal });
    out(`The test clock went ${seconds} s on, for all open orders of this issuer (${orders}).`);
  }
  const isFetched = self.callback.kind === 'pull';
  await sent({ client, way, type, order, isFetched, out, signal, endMs: Date.now() + waitMs });
};

type Line = Awaited<ReturnType<IssuerClient['timeline']>>['data'][number];
type Self = Awaited<ReturnType<IssuerClient['readSelf']>>;

const placed = async (
  client: IssuerClient,
  way: OrderWay,
  self: Self,
  secret: string,
  signal: AbortSignal,
): Promise<OrderAnswer> => {
  const place = () =>
    client.placeOrder(
      {
        orderNo: `trigger-${Date.now().toString(36)}`,
        product: { id: way.product, name: 'Test order' },
        amount: testAmount,
        ...(way.toWebhook ? { terminal: { channel: 'webhook', url: webhookOf(self), secret } } : {}),
      },
      { signal },
    );
  const before = self.lastCallSeconds ?? 0;
  if (!way.lastCall || before > 0) return place();
  await client.changeSettings({ lastCallSeconds }, { signal });
  try {
    return await place();
  } finally {
    await client.changeSettings({ lastCallSeconds: before });
  }
};

/** The one place beside its callback that a test issuer's codes may go to. */
const webhookOf = ({ callback }: Self): string => {
  if (callback.kind === 'url') return callback.url;
  throw wrongUsage('An issuer that fetches has no place for a webhook terminal: `npx codeferry login --callback URL`.');
};

interface Sending {
  readonly client: IssuerClient;
  readonly way: OrderWay;
  readonly type: MessageType;
  readonly order: OrderAnswer;
  readonly isFetched: boolean;
  readonly out: (text: string) => void;
  readonly signal: AbortSignal;
  readonly endMs: number;
}

const sent = async ({ client, way, type, order: { orderNo, pickupUrl }, isFetched, out, signal, endMs }: Sending) => {
  let isOpened = false;
  for (;;) {
    const { data } = await client.timeline(orderNo, { signal });
    const line = data.find(way.isSent);
    if (line) {
      const answer = answerTo(line, data);
      if (answer || Date.now() > endMs) return out(sentWords(type, line, answer));
    }
    if (way.deed === 'open the page' && !isOpened && data.some(({ event }) => event === 'delivered')) {
      await reveal(String(pickupUrl));
      isOpened = true;
    }
    const isTooLate = isAskedNoMore(way, data);
    if (!line && (isTooLate || Date.now() > endMs)) {
      const { state } = await client.readOrder(orderNo, { signal });
      const missing = serverWords(way.server);
      const isHeard = data.some(({ event, detail: { ok } }) => event === 'notice_answered' && ok !== false);
      throw new CommandEnd(
        exitCodes.refused,
        [
          `${type} did not come: ${orderNo} is ${plain(state)}.`,
          isTooLate
            ? 'Your server gave its codes before it was asked for them, so it is not: it must wait for that message.'
            : missing && `It comes when ${missing}.`,
          isFetched && !isHeard && 'It has to be fetched: does `npx codeferry listen` run?',
        ]
          .filter(Boolean)
          .join(' '),
      );
    }
    await pause(lookEveryMs, undefined, { signal });
  }
};

/** Codes that come by themselves, as from a server that pushes, leave nothing to ask for. */
const isAskedNoMore = ({ server }: OrderWay, lines: readonly Line[]): boolean =>
  server.includes('verifies') &&
  !server.includes('gives codes') &&
  lines.some(({ event, detail }) => event === 'codes_judged' && detail.verdict === 'accepted');

/** Notices and code requests have a line for their answer; for others one line says both. */
const answerTo = ({ event, detail: { message } }: Line, lines: readonly Line[]): Line | undefined =>
  lines.find(({ event: name, detail }) => detail.message === message && name === (answerEvents[event] ?? event));

const answerEvents: Readonly<Record<string, string>> = {
  notice_sent: 'notice_answered',
  code_requested: 'code_request_answered',
};

const sentWords = (type: string, { detail: { message } }: Line, answer: Line | undefined): string => {
  const { status, problem } = answer?.detail ?? {};
  return [
    `${type} was sent`,
    message && `as ${plain(message)}`,
    status && `and answered ${plain(status)}`,
    !status && problem && `and failed: ${plain(problem)}`,
  ]
    .filter(Boolean)
    .join(' ');
};

/** As the buyer who looks at the codes; what is on the page is not read. */
const reveal = async (pickupUrl: string): Promise<void> => {
  const response = await fetch(`${pickupUrl}/reveal`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{}',
    redirect: 'manual',
    signal: AbortSignal.timeout(pageLimitMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new CommandEnd(exitCodes.refused, `The pick-up page answered ${response.status}`);
};
