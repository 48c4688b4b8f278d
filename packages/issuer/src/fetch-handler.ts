import type { CallbackHandler } from './callback-handler';
import { BodyUnavailable, bodyMaxBytes } from './callback-listener';

const readBody = async (request: Request): Promise<Uint8Array | undefined> => {
  if (request.bodyUsed) throw new BodyUnavailable();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || !value) return Buffer.concat(chunks);
    sizeBytes += value.length;
    if (sizeBytes > bodyMaxBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(value);
  }
};

/** For Bun, Deno, Hono, Next and whatever else speaks `Request` and `Response`. */
export const fetchHandler =
  (handler: CallbackHandler, onError: (error: unknown) => void = () => undefined) =>
  async (request: Request): Promise<Response> => {
    try {
      const rawBody = await readBody(request);
      if (!rawBody) return new Response(null, { status: 413 });
      const headers = Object.fromEntries(request.headers);
      const { status, headers: answered, body } = await handler({ method: request.method, headers, rawBody });
      return new Response(body ?? null, { status, ...(answered ? { headers: answered } : {}) });
    } catch (error) {
      onError(error);
      return new Response(null, { status: 500 });
    }
  };
