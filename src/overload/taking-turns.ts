import { Failure } from '../domain/failures';
import { createFairQueue } from './fair-queue';

const waitingMax = 1_024;

/**
 * Work that needs the database's connections: so many at once, of one issuer no more than its part, and issuers in turns, so
 * that one that sends much waits for itself. What finds no room in the queue is refused as `rate_limited`.
 */
export const createTurns = (atOnceMax: number, ofOneMax: number = atOnceMax) => {
  const queue = createFairQueue<{ begin(): void; refuse(): void }>(waitingMax);
  const runningOf = new Map<string, number>();
  let running = 0;

  const hasRoom = (issuerId: string): boolean => (runningOf.get(issuerId) ?? 0) < ofOneMax;

  const count = (issuerId: string, by: 1 | -1): void => {
    running += by;
    const own = (runningOf.get(issuerId) ?? 0) + by;
    if (own > 0) runningOf.set(issuerId, own);
    else runningOf.delete(issuerId);
  };

  const next = (): void => {
    while (running < atOnceMax) {
      const mine = queue.take(hasRoom);
      if (!mine) return;
      mine.begin();
    }
  };

  return {
    run: <T>(issuerId: string, work: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const begin = (): void => {
          count(issuerId, 1);
          work()
            .then(resolve, reject)
            .finally(() => {
              count(issuerId, -1);
              next();
            });
        };
        const refuse = () => reject(new Failure('rate_limited', { retryAfterSeconds: 1 }));
        queue.put(issuerId, { begin, refuse })?.refuse();
        next();
      }),
  };
};
