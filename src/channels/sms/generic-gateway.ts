import { postToOwn } from '../../outbound/own-service';
import { askedDelayMs } from '../../outbound/schedule';
import type { SmsGateway } from './gateway';

const finalStatuses = new Set([400, 410, 422]);

/** Any service that takes `{id, to, text}` by POST, such as a few lines before a provider's own API. */
export const createGenericGateway = (
  { url, token }: { readonly url: string; readonly token?: string | undefined },
  nowMs: () => number,
): SmsGateway => ({
  send: async (message, signal) => {
    const answer = await postToOwn({
      url,
      body: JSON.stringify(message),
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      signal,
      nowMs,
    });
    const { tookMs } = answer;
    if (answer.kind === 'failed') {
      return { isTaken: false, status: 0, problem: answer.reason, isFinal: false, tookMs };
    }
    const { status, retryAfter } = answer;
    if (status >= 200 && status < 300) return { isTaken: true, status, tookMs };
    const asked = askedDelayMs(status, retryAfter, nowMs());
    return {
      isTaken: false,
      status,
      problem: `status_${status}`,
      isFinal: finalStatuses.has(status),
      ...(asked !== undefined ? { retryAfterMs: asked } : {}),
      tookMs,
    };
  },
});
