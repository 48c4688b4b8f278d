import type { MessageHandler } from '../../../packages/issuer/src';
import { createIssuerClient, fetchMessages, ProblemError } from '../../../packages/issuer/src';
import { bytesWithin } from '../../bounded/bytes-within';
import { signedHeaders } from '../../outbound/signed-headers';
import { CommandEnd, exitCodes } from '../exit';
import { plain } from '../plain-text';
import { reasonOf } from '../reason-of';
import type { IssuerCredentials } from './issuer-credentials';
import { masked } from './masked';

/** As a platform that calls: what answers later counts as failed. */
const forwardLimitMs = 8_000;
const answerMaxBytes = 1024 * 1024;

export interface Listening {
  readonly credentials: IssuerCredentials;
  readonly forwardTo: string;
  /** A message that the platform is asked for once more. */
  readonly replay: string | undefined;
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
export const listen = async ({ credentials, forwardTo, replay, out, signal }: Listening): Promise<void> => {
  const { url, issuerId, secret } = credentials;

  const forward = async (id: string, body: string): Promise<Forwarded> => {
    const response = await fetch(forwardTo, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'user-agent': 'Codeferry/1',
        ...signedHeaders({ id, nowMs: Date.now(), body, secrets: [secret] }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(forwardLimitMs)]),
    });
    return { status: response.status, text: (await bytesWithin(response, answerMaxBytes)).toString() };
  };

  const bring: MessageHandler = async (message, { webhookId: id, attempt = 1 }) => {
    const name = `${message.type} ${plain((message.data as { orderNo?: string }).orderNo)}`;
    out(`-> ${name} ${id}${attempt > 1 ? ` (attempt ${attempt})` : ''}\n   ${JSON.stringify(masked(message))}`);
    const forwarded = await forward(id, JSON.stringify(message)).catch((error: Error) => error);
    if (forwarded instanceof Error) {
      if (!signal.aborted) {
        out(`<- ${name} failed: ${plain(reasonOf(forwarded, forwardLimitMs))}; it comes again after a minute`);
      }
      return notForwarded;
    }
    const { status, text } = forwarded;
    const answer = parsed(text);
    out(
      `<- ${name} ${status}${text === '' ? '' : ` ${answer === undefined ? '(no JSON)' : JSON.stringify(masked(answer))}`}`,
    );
    if (status < 200 || status >= 300) out('   no success: it comes again after a minute');
    // As the platform reads an answer: 202 and 204 are bare, and what is no JSON cannot be used.
    const isBare = status === 202 || status === 204 || text === '';
    return isBare ? { status } : { status, body: JSON.stringify(answer ?? {}) };
  };

  const ended = new AbortController();
  let failure: unknown;
  out(`Messages of ${issuerId} at ${url} go to ${forwardTo}. Ctrl-C ends it.`);
  const client = createIssuerClient({ baseUrl: url, issuerId, secret });
  if (replay !== undefined) {
    const { callback } = await client.readSelf({ signal });
    if (callback.kind !== 'pull') throw new CommandEnd(exitCodes.refused, notPull);
    await client.replayMessage(replay, { signal });
  }
  await fetchMessages({
    client,
    handle: bring,
    signal: AbortSignal.any([signal, ended.signal]),
    onProblem: (error) => {
      if (error instanceof ProblemError && error.retryable) {
        out(`The platform: ${plain(error.code)}; it is asked again`);
        return;
      }
      failure = error;
      ended.abort();
    },
    onUnusable: ({ code }) => out(`   the platform cannot use this answer: ${plain(code)}`),
  });
  if (failure instanceof ProblemError) throw new CommandEnd(exitCodes.refused, refusalText(failure));
  if (failure) throw failure;
};

/** Acknowledges nothing. */
const notForwarded = { status: 502 };

const notPull =
  'This issuer is called by the platform. Let it fetch: POST /settings {"type":"issuer.settings","callback":{"kind":"pull"}}, or `npx codeferry issuers` with an operator.';

const refusalText = ({ code, status, detail }: ProblemError): string =>
  code === 'not_pull' ? notPull : `Refused: ${plain(code)} (${status}) ${plain(detail)}`;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
