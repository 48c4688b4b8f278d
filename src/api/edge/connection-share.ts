import type { RequestHandler, Response } from 'express';

/** Requests of one connection at work at once. A client that waits for its answers has one. */
const underWayMax = 4;
/** Sent ahead without waiting: whoever sends more loses the connection. */
const waitingMax = 64;

interface Share {
  underWay: number;
  readonly waiting: (() => void)[];
}

/** A connection that sends requests ahead gets them answered a few at a time, and no more room than one that waits. */
export const shareByConnection = (): RequestHandler => {
  const shares = new WeakMap<object, Share>();
  return ({ socket }, response, next) => {
    const share = shares.get(socket) ?? { underWay: 0, waiting: [] };
    shares.set(socket, share);
    if (share.underWay < underWayMax) begin(share, response, next);
    else if (share.waiting.length < waitingMax) share.waiting.push(() => begin(share, response, next));
    else {
      share.waiting.length = 0;
      socket.destroy();
    }
  };
};

const begin = (share: Share, response: Response, next: () => void): void => {
  share.underWay += 1;
  let isOver = false;
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    share.underWay -= 1;
    share.waiting.shift()?.();
  };
  // Of those sent ahead the second is answered before the first: it is over once it is written, not once it has left.
  response.on('finish', leave).on('close', leave);
  if (response.destroyed) leave();
  else next();
};
