import { createFairQueue } from './fair-queue';

const waitingMax = 1_024;

/** Work that needs the database's connections: so many at once, and issuers in turns, so that one that sends much waits for itself. */
export const createTurns = (atOnceMax: number) => {
  const queue = createFairQueue<() => void>(waitingMax);
  let running = 0;

  const next = (): void => {
    while (running < atOnceMax) {
      const begin = queue.take();
      if (!begin) return;
      running += 1;
      begin();
    }
  };

  return {
    run: <T>(issuerId: string, work: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        queue.put(issuerId, () => {
          work()
            .then(resolve, reject)
            .finally(() => {
              running -= 1;
              next();
            });
        });
        next();
      }),
  };
};
