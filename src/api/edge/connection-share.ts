import type { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';

/** Requests of one connection at work at once. A client that waits for its answers has one. */
const underWayMax = 4;
/** Sent ahead without waiting: whoever sends more loses the connection. */
const waitingMax = 64;

interface Share {
  readonly underWay: Set<Response>;
  readonly waiting: (() => void)[];
}

/** A connection that sends requests ahead gets them answered a few at a time, and no more room than one that waits. */
export const shareByConnection = (): RequestHandler => {
  const shares = new WeakMap<Socket, Share>();
  return ({ socket }, response, next) => {
    const share = shares.get(socket) ?? shareOf(socket);
    shares.set(socket, share);
    if (share.underWay.size < underWayMax) begin(share, response, next);
    else if (share.waiting.length < waitingMax) share.waiting.push(() => begin(share, response, next));
    else socket.destroy();
  };
};

const shareOf = (socket: Socket): Share => {
  const share: Share = { underWay: new Set(), waiting: [] };
  socket.once('close', () => {
    for (const response of share.underWay) if (response.socket === null) closeQueued(response);
  });
  return share;
};

/** Node closes the one whose turn it is: what waits for the others' end, such as their places, would wait for ever. */
const closeQueued = (response: Response): void => {
  response.destroy();
  response.emit('close');
};

const begin = (share: Share, response: Response, next: () => void): void => {
  share.underWay.add(response);
  const leave = (): void => {
    if (share.underWay.delete(response)) share.waiting.shift()?.();
  };
  // Of those sent ahead the second is answered before the first: it is over once it is written, not once it has left.
  response.on('finish', leave).on('close', leave);
  if (response.req.socket.destroyed) leave();
  else next();
};
