import { CancellationScope } from '@temporalio/workflow';

/** What goes on beside the order's story: a call out, whose tries `stop` ends, or a timer. */
export interface Ongoing {
  stop(): void;
}

/** Where nothing is to go on. */
export const nothingOngoing: Ongoing = { stop: () => undefined };

export const ongoing = (run: () => Promise<void>): Ongoing => {
  const scope = new CancellationScope();
  let isOver = false;
  scope
    .run(run)
    // A call that fails for good leaves the order waiting for its window; a cancelled one is what `stop` asked for.
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  return {
    stop: () => {
      if (!isOver) scope.cancel();
    },
  };
};
