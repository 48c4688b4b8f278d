import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that are not taken yet: a burst opens a thousand within a moment, and Node's own 511 make callers wait for seconds. */
const backlog = 4_096;
const headMaxBytes = 16 * 1024;
/** Node looks for those that are over only every half minute by itself: so long a stranger would hold what is read. */
const usualLimits = {
  requestMs: 15_000,
  headersMs: 10_000,
  lookEveryMs: 1_000,
  untakenMs: 30_000,
  /** What waits to be taken gets the time that a bad mobile line needs for it, besides. */
  slowestBytesPerSecond: 8 * 1024,
};
type Limits = typeof usualLimits;

/** Longer than proxies and clients keep a connection that is not used: whoever closes first cuts off what the other sends then. */
const idleLimitMs = 65_000;

/** Called by each api process for each of its addresses. Port 0 is any that is free. */
export const openServer = async (
  port: number,
  host: string,
  listener?: RequestListener,
  limits: Limits = usualLimits,
): Promise<Server> => {
  const server = createServer({
    maxHeaderSize: headMaxBytes,
    requestTimeout: limits.requestMs,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.lookEveryMs,
    keepAliveTimeout: idleLimitMs,
  });
  if (listener) server.on('request', listener);
  endUntaken(server, limits);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host, backlog }, resolve);
  });
  return server;
};

interface Taking {
  takenBytes: number;
  sinceMs: number;
}

/** Node ends who sends too slowly, and never who reads nothing: the answer stays in memory for as long as that one likes. */
const endUntaken = (server: Server, { untakenMs, slowestBytesPerSecond, lookEveryMs }: Limits): void => {
  const connections = new Map<Socket, Taking>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { takenBytes: 0, sinceMs: performance.now() });
    socket.once('close', () => connections.delete(socket));
  });
  const look = (): void => {
    const nowMs = performance.now();
    for (const [socket, taking] of connections) {
      const waitingBytes = socket.writableLength;
      const takenBytes = socket.bytesWritten - waitingBytes;
      if (waitingBytes === 0 || takenBytes !== taking.takenBytes) Object.assign(taking, { takenBytes, sinceMs: nowMs });
      else if (nowMs - taking.sinceMs > untakenMs + (waitingBytes / slowestBytesPerSecond) * 1_000) socket.destroy();
    }
  };
  const looking = setInterval(look, lookEveryMs).unref();
  server.once('close', () => clearInterval(looking));
};
