import { createServer, type RequestListener, type Server } from 'node:http';

/** Connections that are not taken yet: a burst opens a thousand within a moment, and Node's own 511 make callers wait for seconds. */
const backlog = 4_096;
const headMaxBytes = 16 * 1024;
/** Node looks for those that are over only every half minute by itself: so long a stranger would hold what is read. */
const usualLimits = { requestMs: 15_000, headersMs: 10_000, lookEveryMs: 1_000 };
/** Longer than proxies and clients keep a connection that is not used: whoever closes first cuts off what the other sends then. */
const idleLimitMs = 65_000;

/** Called by each api process for each of its addresses. Port 0 is any that is free. */
export const openServer = async (
  port: number,
  host: string,
  listener?: RequestListener,
  { requestMs, headersMs, lookEveryMs } = usualLimits,
): Promise<Server> => {
  const server = createServer({
    maxHeaderSize: headMaxBytes,
    requestTimeout: requestMs,
    headersTimeout: headersMs,
    connectionsCheckingInterval: lookEveryMs,
    keepAliveTimeout: idleLimitMs,
  });
  if (listener) server.on('request', listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host, backlog }, resolve);
  });
  return server;
};
