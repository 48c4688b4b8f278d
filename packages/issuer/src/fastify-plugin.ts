import type { CallbackHandler, CallbackRequest } from './callback-handler';
import { bodyMaxBytes } from './callback-listener';

export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike;
  headers(headers: Record<string, string>): FastifyReplyLike;
  send(body?: string): unknown;
}

export interface FastifyRequestLike {
  readonly method: string;
  readonly headers: CallbackRequest['headers'];
  readonly body?: unknown;
}

/** What the plugin needs of Fastify: no package of its types is needed to use this one. */
export interface FastifyLike {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(type: string, options: object, parser: unknown): unknown;
  post(path: string, handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>): unknown;
}

const asItCame = (_: unknown, body: Buffer, done: (error: null, body: Buffer) => void): void => done(null, body);

/** `app.register(plugin, { path })`: the bodies of this one route stay as they came, those of all others are parsed as before. */
export const fastifyPlugin =
  (handler: CallbackHandler, onError: (error: unknown) => void = () => undefined) =>
  async (app: FastifyLike, { path = '/callback' }: { readonly path?: string } = {}): Promise<void> => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyMaxBytes }, asItCame);
    app.post(path, async ({ method, headers, body }, reply) => {
      try {
        const rawBody = body instanceof Uint8Array ? body : new Uint8Array();
        const answer = await handler({ method, headers, rawBody });
        return reply
          .code(answer.status)
          .headers({ ...answer.headers })
          .send(answer.body);
      } catch (error) {
        onError(error);
        return reply.code(500).send();
      }
    });
  };
