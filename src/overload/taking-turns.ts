import { createSlots } from '../bounded/slots';
import { Failure } from '../domain/failures';
import { createFairQueue } from './fair-queue';

const waitingMax = 1_024;

/**
 * Work that needs the database's connections: so many at once, and issuers in turns, so that one that sends much waits for
 * itself. What finds no room in the queue is refused as `rate_limited`.
 */
export const createTurns = (atOnceMax: number) => {
  const queue = createFairQueue<{ begin(): void; refuse(): void }>(waitingMax);
  const slots = createSlots(atOnceMax);
  const hasRoom = (issuerId: string): boolean => slots.limitMet(issuerId) === undefined;

  const next = (): void => {
    for (let mine = queue.take(hasRoom); mine; mine = queue.take(hasRoom)) mine.begin();
  };

  return {
    run: <T>(issuerId: string, work: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const begin = (): void => {
          slots.take(issuerId);
          work()
            .then(resolve, reject)
            .finally(() => {
              slots.giveBack(issuerId);
              next();
            });
        };
        const refuse = () => reject(new Failure('rate_limited', { retryAfterSeconds: 1 }));
        queue.put(issuerId, { begin, refuse })?.refuse();
        next();
      }),
  };
};
