import type { Dispatcher } from 'undici';
import { CallAborted, type CallFailureReason, callFailureReason } from './call-failures';

export interface Exchange {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeLimitMs: number;
  readonly answerLimitBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export type Outcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Only those that somebody reads. */
      readonly headers: Readonly<Partial<Record<'retry-after' | 'content-type', string>>>;
      readonly body: Buffer;
      readonly truncated: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: CallFailureReason };

const readHeaders = ['retry-after', 'content-type'] as const;
const headerValueMax = 256;

const keptHeaders = (headers: NodeJS.Dict<string | string[]>): Partial<Record<(typeof readHeaders)[number], string>> =>
  Object.fromEntries(
    readHeaders.flatMap((name) => {
      const value = [headers[name] ?? []].flat()[0];
      return value === undefined ? [] : [[name, value.slice(0, headerValueMax)]];
    }),
  );

/**
 * One request and its whole answer under one time limit, from the name's lookup to the body's last byte. Built on
 * `dispatch`, because the pool's own promise cannot be settled while the connection is still being made.
 */
export const exchange = (dispatcher: Dispatcher, call: Exchange): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let isOver = false;
    let status = 0;
    let headers: Partial<Record<(typeof readHeaders)[number], string>> = {};
    let sizeBytes = 0;
    const chunks: Buffer[] = [];

    const end = (act: () => void) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      act();
    };
    const cut = () => controller?.abort(new CallAborted('cut'));
    const answered = (truncated: boolean) =>
      end(() => resolve({ kind: 'answered', status, headers, body: Buffer.concat(chunks), truncated }));

    const onAbort = () => {
      end(() => reject(new CallAborted(call.signal?.reason)));
      cut();
    };
    const timer = setTimeout(() => {
      end(() => resolve({ kind: 'failed', reason: 'timeout' }));
      cut();
    }, call.timeLimitMs);
    call.signal?.addEventListener('abort', onAbort, { once: true });

    dispatcher.dispatch(
      {
        origin: call.url.origin,
        path: call.url.pathname + call.url.search,
        method: 'POST',
        headers: call.headers,
        body: call.body,
      },
      {
        onRequestStart: (given) => {
          controller = given;
          // The limit ran out, or the caller stopped, while the connection was made: nothing may be sent any more.
          if (isOver) cut();
        },
        onResponseStart: (_given, statusCode, given) => {
          if (statusCode < 200) return;
          status = statusCode;
          headers = keptHeaders(given);
        },
        onResponseData: (_given, chunk) => {
          const roomBytes = call.answerLimitBytes - sizeBytes;
          sizeBytes += chunk.length;
          chunks.push(chunk.subarray(0, Math.max(0, roomBytes)));
          if (sizeBytes <= call.answerLimitBytes) return;
          answered(true);
          cut();
        },
        onResponseEnd: () => answered(false),
        onResponseError: (_given, error) =>
          end(() => {
            const reason = callFailureReason(error);
            if (reason) resolve({ kind: 'failed', reason });
            else reject(error);
          }),
      },
    );
  });
