import type { RequestHandler } from 'express';

/** A balancer spreads connections, not requests: after a restart all that were kept would stay where they had gone. */
const ageMaxMs = 30_000;

/** Ends a connection with the first answer after its time, so that its client's next one is spread anew. */
export const endOldConnections = (nowMs: () => number): RequestHandler => {
  const firstAskedMs = new WeakMap<object, number>();
  return ({ socket }, response, next) => {
    const now = nowMs();
    const sinceMs = firstAskedMs.get(socket);
    if (sinceMs === undefined) firstAskedMs.set(socket, now);
    else if (now - sinceMs > ageMaxMs) response.setHeader('connection', 'close');
    next();
  };
};
