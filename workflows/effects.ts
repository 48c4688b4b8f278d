import { isCancellation, proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';
import type { createAskVoid } from '../activities/ask-void';
import type { createCompareSides } from '../activities/compare-sides';
import type { createDeliver } from '../activities/deliver';
import type { createEndVoidTime } from '../activities/end-void-time';
import type { createMakeStatements } from '../activities/make-statements';
import type { createNotify } from '../activities/notify';
import type { createProject } from '../activities/project';
import type { createReconcile } from '../activities/reconcile';
import type { createReplayEvents } from '../activities/replay-events';
import type { createRequestCode } from '../activities/request-code';
import type { createRequestTestVoid } from '../activities/request-test-void';
import { turnOf } from '../src/domain/ids';
import { callRetry } from '../src/domain/timings';

type Own = ReturnType<typeof createProject>;
type CallsOut = ReturnType<typeof createNotify> &
  ReturnType<typeof createRequestCode> &
  ReturnType<typeof createDeliver> &
  ReturnType<typeof createAskVoid>;

/** Our own process and database only: a local activity holds the workflow task, and with it an issuer's answer. */
const atHome = (summary: string) =>
  proxyLocalActivities<Own>({
    summary,
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
    localRetryThreshold: '30 seconds',
  });

export const own = {
  project: atHome('Write the state, the timeline and the events into the row of the order').project,
  heldCodes: atHome('Read which codes the order holds').heldCodes,
  heldTime: atHome('Ask how long the issuer was paused, and whether codes came in time').heldTime,
};

/**
 * Calls to issuers and terminals, on a queue of their own. Each enforces its own time limit and sets its next delay itself:
 * the timeouts are only for dead workers, 15 s without a word; a call that takes longer says that it lives. Retries add no
 * history; the workflow ends them by cancelling.
 */
export const callsOut = (taskQueue: string, issuerId: string, summary: string): Pick<CallsOut, keyof CallsOut> =>
  proxyActivities<CallsOut>({
    taskQueue,
    summary,
    startToCloseTimeout: '45 seconds',
    heartbeatTimeout: '15 seconds',
    retry: callRetry,
    cancellationType: 'TRY_CANCEL',
    priority: { fairnessKey: turnOf(issuerId) },
  });

/** Asks the order itself, which may take as long as a question to it. */
export const deciding = proxyActivities<
  ReturnType<typeof createEndVoidTime> & ReturnType<typeof createRequestTestVoid>
>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'Begin or end a void request',
});

/** As many calls as fit into its own limit: a call that is slow says that it lives. */
export const replaying = (taskQueue: string, issuerId: string) =>
  proxyActivities<ReturnType<typeof createReplayEvents>>({
    taskQueue,
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '15 seconds',
    retry: callRetry,
    priority: { fairnessKey: turnOf(issuerId) },
    summary: `Send ${issuerId} some of its events once more`,
  });

export const reconciler = proxyActivities<ReturnType<typeof createReconcile>>({
  startToCloseTimeout: '4 minutes',
  // Longer than any one item takes: without it a pass whose worker died kept all later ones waiting for four minutes.
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
  summary: 'Mend what a death between two steps left behind',
});

/** Our own database only. It says between two batches that it lives; what is done is not done again. */
export const daily = proxyActivities<ReturnType<typeof createMakeStatements>>({
  startToCloseTimeout: '4 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 minute', maximumInterval: '10 minutes', maximumAttempts: 10 },
  summary: 'Make the statements of the days that have ended',
});

/** Reads alone, of rows and of the engine's index. */
export const comparison = proxyActivities<ReturnType<typeof createCompareSides>>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 minute', maximumAttempts: 3 },
  summary: 'Compare what issuers, rows, engine and terminals say of orders',
});

const longestPauseMs = 600_000;

/** No order ends because an effect of ours failed for good: it waits, visibly, and tries again. */
export const keepTrying = async <T>(effect: () => Promise<T>): Promise<T> => {
  for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await effect();
    } catch (error) {
      if (isCancellation(error)) throw error;
      await sleep(pauseMs, { summary: 'Try again what failed for a reason of ours' });
    }
  }
};
