import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import {
  createMcpHandler,
  type McpServer,
  validateHostHeader,
  validateOriginHeader,
} from '@modelcontextprotocol/server';
import { networkOf } from '../../bounded/per-minute';
import { createSecretDoor } from '../../bounded/secret-door';
import { notListening } from '../exit';

const path = '/mcp';
const bodyMaxBytes = 256 * 1024;
const connectionsMax = 64;
const requestLimitMs = 30_000;
const subscriptionsMax = 16;

export interface HttpParts {
  readonly create: () => McpServer;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** Names under which it may be called beside its own. */
  readonly allowedHosts: readonly string[];
  readonly onProblem: (error: Error) => void;
  readonly signal: AbortSignal;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Streamable HTTP. Resolves once it listens; `ended` once the signal has ended it. */
export const serveHttp = async ({ create, host, port, token, allowedHosts, onProblem, signal }: HttpParts) => {
  const handler = createMcpHandler(create, {
    maxRequestBodySize: bodyMaxBytes,
    maxSubscriptions: subscriptionsMax,
    onerror: onProblem,
  });
  const named = ['localhost', '127.0.0.1', '[::1]', ...allowedHosts];
  const right = sha256(`Bearer ${token}`);
  const door = createSecretDoor(Date.now);

  const refusal = ({ headers, url, socket }: IncomingMessage): number | undefined => {
    if (!validateHostHeader(headers.host, named).ok) return 403;
    if (!validateOriginHeader(headers.origin, named).ok) return 403;
    const isRight = timingSafeEqual(sha256(headers.authorization ?? ''), right);
    const waitSeconds = door.waitSeconds(networkOf(socket.remoteAddress ?? ''), isRight);
    if (waitSeconds) return 429;
    if (!isRight) return 401;
    return url === path ? undefined : 404;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusal(request);
    if (refused !== undefined) {
      response.writeHead(refused, {
        connection: 'close',
        ...(refused === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      });
      response.end();
      return;
    }
    const left = new AbortController();
    response.once('close', () => left.abort());
    const { method = 'GET' } = request;
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const answered = await handler.fetch(
      new Request(`http://${request.headers.host}${path}`, {
        method,
        headers: headersOf(request),
        signal: left.signal,
        ...(hasBody ? { body: Readable.toWeb(request) as BodyInit, duplex: 'half' } : {}),
      }),
    );
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    if (!answered.body) response.end();
    else await pipeline(Readable.fromWeb(answered.body as ReadableStream), response);
  };

  const server = createServer(
    { requestTimeout: requestLimitMs, headersTimeout: requestLimitMs },
    (request, response) => {
      answer(request, response).catch((error: Error) => {
        if (!response.destroyed) onProblem(error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  );
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(notListening({ host, port }, error)));
    server.listen(port, host, resolve);
  });
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      server.close(() => resolve());
      handler.close().finally(() => server.closeAllConnections());
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  return { port: (server.address() as AddressInfo).port, path, ended };
};

const headersOf = ({ headers }: IncomingMessage): Headers => {
  const web = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) web.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return web;
};
