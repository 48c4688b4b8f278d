import type { Kept } from './inbox';

const callLimitMs = 5_000;
const triesMax = 5;
const pauseMs = 1_000;

export type Tell = (channel: 'email' | 'sms', message: Kept, event: 'delivered' | 'bounced') => Promise<void>;

/** Tells the platform what became of a message, as a provider does. Without a secret nobody listens. */
export const createReceipts =
  (platformUrl: string, secret: string | undefined): Tell =>
  async (channel, message, event) => {
    message.state = event;
    if (secret === undefined) return;
    for (let tries = 1; tries <= triesMax; tries += 1) {
      try {
        const answer = await fetch(new URL(`/v1/terminals/${channel}/${secret}`, platformUrl), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ messageId: message.messageId, event }),
          signal: AbortSignal.timeout(callLimitMs),
        });
        if (answer.status < 500) return;
      } catch {
        // Told again below.
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  };
