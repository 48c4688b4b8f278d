import { setTimeout as pause } from 'node:timers/promises';
import type { IssuerClient } from './issuer-client';
import type { CallbackResponse, MessageHandler } from './message-handler';
import type { AcknowledgedMessage, FetchedMessage } from './messages';

const waitSecondsMax = 20;
const messagesAtOnce = 20;
const pauseAfterProblemMs = 1_000;

export interface FetchMessagesOptions {
  readonly client: Pick<IssuerClient, 'readMessages' | 'acknowledgeMessages'>;
  readonly handle: MessageHandler;
  /** Ends it; a message that is being worked on is given again. */
  readonly signal: AbortSignal;
  /** What a call failed with, after its repeats; the fetching goes on. */
  readonly onProblem?: (error: unknown) => void;
  /** An answer that the platform could not use: the message comes again. */
  readonly onUnusable?: (problem: { readonly id: string; readonly code: string }) => void;
}

/** For an issuer that the platform cannot call: fetches its messages and answers them, until `signal` ends it. */
export const fetchMessages = async ({
  client,
  handle,
  signal,
  onProblem = () => undefined,
  onUnusable = () => undefined,
}: FetchMessagesOptions): Promise<void> => {
  const work = async ({ id, attempt, ...message }: FetchedMessage): Promise<void> => {
    const result = acknowledgementOf(id, await handle(message, { webhookId: id, attempt }));
    if (!result) return;
    const { problems } = await client.acknowledgeMessages([result], { signal });
    for (const problem of problems) onUnusable(problem);
  };

  while (!signal.aborted) {
    try {
      const { data } = await client.readMessages({ limit: messagesAtOnce, waitSeconds: waitSecondsMax }, { signal });
      await Promise.all(data.map(work));
    } catch (error) {
      if (signal.aborted) return;
      onProblem(error);
      await pause(pauseAfterProblemMs, undefined, { signal }).catch(() => undefined);
    }
  }
};

/** What a callback is answered with says the same of a fetched message; a failure says nothing, and it comes again. */
export const acknowledgementOf = (id: string, { status, body }: CallbackResponse): AcknowledgedMessage | undefined => {
  if (status < 200 || status >= 300) return undefined;
  return body === undefined || body === '' ? { id } : { id, answer: JSON.parse(body) };
};
