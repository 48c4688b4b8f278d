import type { IncomingMessage, RequestListener } from 'node:http';
import type { CallbackHandler } from './callback-handler';

/** Larger than any body that the platform sends: a delivery of 200 codes with their secrets. */
const bodyMaxBytes = 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > bodyMaxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

/** For `http.createServer`, or as a route of a framework that has not touched the body yet. */
export const callbackListener =
  (handler: CallbackHandler): RequestListener =>
  async (request, response) => {
    try {
      const rawBody = await readBody(request);
      if (!rawBody) {
        response.writeHead(413, { connection: 'close' }).end();
        return;
      }
      const answer = await handler({ method: request.method ?? '', headers: request.headers, rawBody });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      // The other side went away, or the handler's own keys are malformed: nobody here can be told more.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  };
