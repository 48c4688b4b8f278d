import type { KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseSecret } from '../../../src/signing/keys';
import { type CallbackHandlerOptions, createCallbackHandler } from './callback-handler';
import { callbackListener } from './callback-listener';
import { fastifyPlugin } from './fastify-plugin';
import { fetchHandler } from './fetch-handler';
import { type FetchMessagesOptions, fetchMessages } from './fetch-messages';
import { type Issue, issueOnPayment } from './issue-on-payment';
import { createIssuerClient, type IssuerClient } from './issuer-client';
import { createMessageHandler, type MessageHandlerOptions } from './message-handler';
import { type IssuerStore, memoryStore } from './store';

type Reactions = Omit<MessageHandlerOptions, 'onPaid' | 'onCodeRequested' | 'onClosing' | 'store' | 'onError'>;

export interface IssuerOptions extends Reactions, Pick<CallbackHandlerOptions, 'onRefused'> {
  /** Of the platform. A setting that is missing throws. */
  readonly baseUrl: string | undefined;
  readonly issuerId: string | undefined;
  /** `whsec_…`; during a rotation both, the new one first: calls are signed with it, callbacks are believed by either. */
  readonly secret: string | readonly string[] | undefined;
  /** Of the registered ed25519 public key: calls are then signed with it. */
  readonly privateKey?: KeyObject;
  readonly issue: Issue;
  /** Left out: what was handled and issued is forgotten when the process ends. */
  readonly store?: IssuerStore;
  /** What a message failed with; the platform sends it again. Left out: it is printed. */
  readonly onError?: (error: unknown) => void;
  /** The order's next attempt calls `issue` again after this time. */
  readonly issueLimitMs?: number;
  /** How often it looks for verified orders that it has given no codes yet, as after a crash. */
  readonly resumeEveryMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

const needed = (name: string, value: string | undefined): string => {
  if (!value) throw new TypeError(`createIssuer needs ${name}`);
  return value;
};

// biome-ignore lint/suspicious/noConsole: what fails unseen is never put right; an issuer with a log gives onError
const print = (error: unknown): void => console.error('@codeferry/issuer:', error);

/** Each reason once: whoever finds the address can cause any number. */
const printedOnce = () => {
  const printed = new Set<string>();
  return (reason: string): void => {
    if (printed.has(reason)) return;
    printed.add(reason);
    print(`a callback was refused: ${reason}`);
  };
};

/** A whole issuer: it verifies each paid order, issues its codes, and answers whatever else the platform asks. */
export const createIssuer = ({
  baseUrl,
  issuerId,
  secret,
  privateKey,
  issue,
  store = memoryStore(),
  onError = print,
  onRefused = printedOnce(),
  issueLimitMs = 120_000,
  resumeEveryMs = 30_000,
  fetch,
  ...reactions
}: IssuerOptions) => {
  const secrets = [secret ?? []].flat().map((one) => needed('secret', one));
  for (const one of secrets) parseSecret(one);
  const id = needed('issuerId', issuerId);
  const api: IssuerClient = createIssuerClient({
    baseUrl: needed('baseUrl', baseUrl),
    issuerId: id,
    secret: needed('secret', secrets[0]),
    ...(privateKey ? { privateKey } : {}),
    ...(fetch ? { fetch } : {}),
  });
  const sales = issueOnPayment({ api, store, issue, issueLimitMs, onError });
  const handled: MessageHandlerOptions = {
    ...reactions,
    ...sales.reactions,
    store,
    onError,
  };
  const handler = createCallbackHandler({ ...handled, secrets, onRefused });

  const resuming = new AbortController();
  /** It keeps no process alive. */
  const keepResuming = async (): Promise<void> => {
    while (!resuming.signal.aborted) {
      await pause(resumeEveryMs, undefined, { ref: false, signal: resuming.signal }).catch(() => undefined);
      if (!resuming.signal.aborted) await sales.resume().catch(onError);
    }
  };
  void keepResuming();

  return {
    /** The second interface. */
    api,
    /** For `http.createServer`, and as a route of Express. */
    listener: callbackListener(handler, onError),
    /** For Bun, Deno, Hono, Next. */
    fetch: fetchHandler(handler, onError),
    /** `app.register(issuer.fastify, { path: '/callback' })` */
    fastify: fastifyPlugin(handler, onError),
    /** Of an order that was paid here: every call on it needs its token. */
    tokenOf: (orderNo: string): Promise<string> => sales.tokenOf(id, orderNo),
    /** Ends what it does by itself. */
    stop: (): void => resuming.abort(),
    /** For an issuer that has no address: its messages are fetched until the signal ends it. */
    pull: (signal: AbortSignal, options: Pick<FetchMessagesOptions, 'onUnusable'> = {}): Promise<void> =>
      fetchMessages({ ...options, client: api, handle: createMessageHandler(handled), signal, onProblem: onError }),
  };
};

export type Issuer = ReturnType<typeof createIssuer>;
