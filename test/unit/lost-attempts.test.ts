import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { lostAttempts } from '../../worker/lost-attempts';

const secondMs = 1_000;
const order = { issuerId: 'acme', orderNo: 'A-1', n: 1, atMs: 0, verifyByMs: 0 };

interface Attempt {
  readonly attempt: number;
  /** Since the first one was scheduled. */
  readonly atMs: number;
  readonly fails?: Error;
  readonly isLocal?: boolean;
  readonly isShutDown?: boolean;
  readonly input?: unknown;
}

/** One worker process; the engine and the database are told of. */
const startWorker = ({ isLost = false, isAway = false } = {}) => {
  let asked = 0;
  const lines: { key: string; event: string; detail: object }[] = [];
  const factory = lostAttempts({
    gateway: {
      wasLost: async () => {
        asked += 1;
        if (isAway) throw new Error('the engine is away');
        return isLost;
      },
    },
    orders: {
      recordTry: async (_order, entries) => {
        lines.push(...entries);
      },
    },
    nowMs: () => 0,
  });
  const run = async ({ attempt, atMs, fails, isLocal = false, isShutDown = false, input = order }: Attempt) => {
    const info = {
      attempt,
      isLocal,
      inWorkflow: true,
      workflowExecution: { workflowId: 'order/acme/A-1', runId: 'run' },
      activityId: '4',
      activityType: 'notifyIssuer',
      scheduledTimestampMs: 0,
      currentAttemptScheduledTimestampMs: atMs,
      heartbeatTimeoutMs: 15 * secondMs,
      startToCloseTimeoutMs: 45 * secondMs,
    };
    const context = { info, cancellationDetails: { workerShutdown: isShutDown } } as unknown as Context;
    const { inbound } = factory(context);
    const next = async () => {
      if (fails) throw fails;
    };
    await inbound?.execute?.({ args: [input], headers: {} }, next).catch(() => undefined);
  };
  return { run, lines, asked: () => asked };
};

const failed = ApplicationFailure.create({ type: 'issuer_failed', message: 'try 1' });

test('a first attempt, and one whose predecessor ended in this process, ask nothing', async () => {
  const worker = startWorker({ isLost: true });
  await worker.run({ attempt: 1, atMs: 0, fails: failed });
  await worker.run({ attempt: 2, atMs: 60 * secondMs, fails: failed });
  await worker.run({ attempt: 3, atMs: 600 * secondMs });
  expect([worker.asked(), worker.lines]).toEqual([0, []]);
});

test('what is put off each second, by two workers in turn, asks nothing', async () => {
  const workers = [startWorker(), startWorker()];
  for (let attempt = 1; attempt <= 60; attempt += 1) {
    await workers[attempt % 2]?.run({ attempt, atMs: (attempt - 1) * secondMs, fails: failed });
  }
  expect(workers.map(({ asked }) => asked())).toEqual([0, 0]);
});

test('after an attempt that another process began, and that may be lost, the engine is asked, and a lost one is a line', async () => {
  const lost = startWorker({ isLost: true });
  await lost.run({ attempt: 2, atMs: 17 * secondMs });
  expect(lost.asked()).toBe(1);
  expect(lost.lines).toMatchObject([{ event: 'attempt_lost', detail: { type: 'order.paid' } }]);
  const other = startWorker({ isLost: true });
  await other.run({ attempt: 2, atMs: 17 * secondMs });
  expect(other.lines.map(({ key }) => key)).toEqual(lost.lines.map(({ key }) => key));

  const ordinary = startWorker();
  await ordinary.run({ attempt: 2, atMs: 17 * secondMs });
  expect([ordinary.asked(), ordinary.lines]).toEqual([1, []]);
});

test('an engine that does not say it holds up no attempt', async () => {
  const worker = startWorker({ isAway: true });
  await worker.run({ attempt: 2, atMs: 17 * secondMs, fails: failed });
  await worker.run({ attempt: 3, atMs: 40 * secondMs });
  expect([worker.asked(), worker.lines]).toEqual([1, []]);
});

test('an attempt that the end of this process cuts off is a line at once, an ordinary failure during it is none', async () => {
  const worker = startWorker();
  await worker.run({ attempt: 1, atMs: 0, fails: failed, isShutDown: true });
  expect(worker.lines).toEqual([]);
  await worker.run({ attempt: 2, atMs: secondMs, fails: new Error('the call was aborted'), isShutDown: true });
  expect(worker.lines.map(({ event }) => event)).toEqual(['attempt_lost']);
});

test('what belongs to no order, and what runs within a workflow task, is not looked at', async () => {
  const worker = startWorker({ isLost: true });
  await worker.run({ attempt: 2, atMs: 17 * secondMs, input: null });
  await worker.run({ attempt: 2, atMs: 17 * secondMs, input: { issuerId: 'acme' } });
  await worker.run({ attempt: 2, atMs: 17 * secondMs, isLocal: true });
  expect([worker.asked(), worker.lines]).toEqual([0, []]);
});
