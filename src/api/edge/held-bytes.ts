import type { Request } from 'express';

/** Of bodies that are still being read, in one process: each has 15 s, and nobody knows yet who sends it. */
const heldMaxBytes = 128 * 1024 * 1024;
/** However few bytes a piece of a chunked body has, it takes as much memory as one of this size. */
const pieceMinBytes = 512;
/** Each is an event of its own: a body of so many crumbs is cut off, as no client writes one. */
const crumbsMax = 4_096;
const crumbBytes = 64;

/** Beyond the limit the largest one is cut off: those of many who dawdle push no small body out. */
export const createHeldBytes = (maxBytes: number = heldMaxBytes) => {
  const held = new Map<Request, number>();
  let sum = 0;

  const endLargest = (): void => {
    const [largest] = [...held].reduce((a, b) => (b[1] > a[1] ? b : a));
    largest.socket.destroy();
    letGo(largest);
  };

  const letGo = (request: Request): void => {
    sum -= held.get(request) ?? 0;
    held.delete(request);
  };

  /** Called before a body is read; what it returns is called once it is. */
  return (request: Request): (() => void) => {
    let crumbs = 0;
    const count = (chunk: Buffer): void => {
      if (chunk.length < crumbBytes) crumbs += 1;
      if (crumbs > crumbsMax) {
        request.socket.destroy();
        return;
      }
      const bytes = Math.max(chunk.length, pieceMinBytes);
      held.set(request, (held.get(request) ?? 0) + bytes);
      sum += bytes;
      if (sum > maxBytes) endLargest();
    };
    const end = (): void => {
      request.off('data', count).off('close', end);
      letGo(request);
    };
    request.on('data', count).on('close', end);
    return end;
  };
};
