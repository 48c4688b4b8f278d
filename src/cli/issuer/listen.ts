import { setTimeout as pause } from 'node:timers/promises';
import { createIssuerClient } from '../../issuer-sdk/issuer-client';
import type { AcknowledgedMessage, FetchedMessage } from '../../issuer-sdk/messages';
import { ProblemError } from '../../issuer-sdk/problem-error';
import { signHmac } from '../../signing/sign';
import { CommandEnd, exitCodes } from '../exit';
import { plain } from '../plain-text';
import { reasonOf, textWithin } from '../received';
import type { IssuerCredentials } from './issuer-credentials';
import { masked } from './masked';

const waitSeconds = 20;
const messagesAtOnce = 20;
/** As a platform that calls: what answers later counts as failed. */
const forwardLimitMs = 8_000;
const answerMaxBytes = 1024 * 1024;
const pauseAfterProblemMs = 1_000;

export interface Listening {
  readonly credentials: IssuerCredentials;
  readonly forwardTo: string;
  readonly out: (text: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

interface Forwarded {
  readonly status: number;
  readonly text: string;
}

/**
 * Brings an issuer's messages to a server on this machine, signed as the platform signs its callbacks, and its answers
 * back. What it prints holds no code, token or address.
 */
export const listen = async ({ credentials, forwardTo, out, signal }: Listening): Promise<void> => {
  const { url, issuerId, secret } = credentials;
  const client = createIssuerClient({ baseUrl: url, issuerId, secret });

  const forward = async (id: string, body: string): Promise<Forwarded> => {
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const response = await fetch(forwardTo, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Codeferry/1',
        'webhook-id': id,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': signHmac(secret, { id, timestampSeconds, body }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(forwardLimitMs)]),
    });
    return { status: response.status, text: await textWithin(response, answerMaxBytes) };
  };

  const bring = async ({ id, attempt, ...message }: FetchedMessage): Promise<void> => {
    const data: { orderNo?: string } = message.data;
    const name = `${message.type} ${plain(data.orderNo)}`;
    out(`-> ${name} ${id}${attempt > 1 ? ` (attempt ${attempt})` : ''}\n   ${JSON.stringify(masked(message))}`);
    const forwarded = await forward(id, JSON.stringify(message)).catch((error: Error) => error);
    if (forwarded instanceof Error) {
      if (!signal.aborted)
        out(`<- ${name} failed: ${plain(reasonOf(forwarded, forwardLimitMs))}; it comes again after a minute`);
      return;
    }
    const { status, text } = forwarded;
    const answer = parsed(text);
    out(
      `<- ${name} ${status}${text === '' ? '' : ` ${answer === undefined ? '(no JSON)' : JSON.stringify(masked(answer))}`}`,
    );
    if (status < 200 || status >= 300) return out('   no success: it comes again after a minute');
    const { problems } = await client.acknowledgeMessages([acknowledgement(id, status, text)], { signal });
    for (const { code } of problems) out(`   the platform cannot use this answer: ${plain(code)}`);
  };

  out(`Messages of ${issuerId} at ${url} go to ${forwardTo}. Ctrl-C ends it.`);
  while (!signal.aborted) {
    try {
      const { data } = await client.readMessages({ limit: messagesAtOnce, waitSeconds }, { signal });
      await Promise.all(data.map(bring));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ProblemError)) throw error;
      if (!error.retryable) throw new CommandEnd(exitCodes.refused, refusalText(error));
      out(`The platform: ${plain(error.code)}; it is asked again`);
      await pause(pauseAfterProblemMs, undefined, { signal }).catch(() => undefined);
    }
  }
};

const refusalText = ({ code, status, detail }: ProblemError): string =>
  code === 'not_pull'
    ? 'This issuer is called by the platform. Let it fetch: POST /settings {"type":"issuer.settings","callback":{"kind":"pull"}}, or `npx codeferry issuers` with an operator.'
    : `Refused: ${plain(code)} (${status}) ${plain(detail)}`;

/** As the platform reads an answer: 202 and 204 are bare, and what is no JSON cannot be used. */
const acknowledgement = (id: string, status: number, text: string): AcknowledgedMessage =>
  status === 202 || status === 204 || text === ''
    ? { id }
    : { id, answer: (parsed(text) ?? {}) as Readonly<Record<string, unknown>> };

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
