import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallbackHandler } from './callback-handler';

/** Larger than any body that the platform sends: a delivery of 200 codes with their secrets. */
export const bodyMaxBytes = 1024 * 1024;

/** What stands before the handler in a framework may have left here. */
interface Touched {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/** Its message says what to change: it is for who wires the handler up. */
export class BodyUnavailable extends Error {
  override readonly name = 'BodyUnavailable';

  constructor() {
    super(
      'the body was parsed before the callback handler: mount the handler before any body parser, or give it the raw',
    );
  }
}

const readBody = async (request: IncomingMessage): Promise<Uint8Array | undefined> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > bodyMaxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

/** As the sender wrote it: from a parser that keeps the bytes, else from the connection. */
const rawBodyOf = (request: IncomingMessage & Touched): Promise<Uint8Array | undefined> | Uint8Array => {
  for (const given of [request.rawBody, request.body]) {
    if (given instanceof Uint8Array) return given;
    if (typeof given === 'string') return Buffer.from(given);
  }
  if (request.readableEnded || request.readableDidRead) throw new BodyUnavailable();
  return readBody(request);
};

/** For `http.createServer`, Express, and whatever else gives Node's own request and response. */
export const callbackListener =
  (handler: CallbackHandler, onError: (error: unknown) => void = () => undefined) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const rawBody = await rawBodyOf(request);
      if (!rawBody) {
        response.writeHead(413, { connection: 'close' }).end();
        return;
      }
      const answer = await handler({ method: request.method ?? '', headers: request.headers, rawBody });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch (error) {
      // The other side went away, or the handler cannot work as it is set up: the sender can be told no more.
      onError(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  };
