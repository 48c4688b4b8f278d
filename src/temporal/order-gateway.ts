import {
  ActivityExecutionAlreadyStartedError,
  type ActivityOptions,
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type Duration } from '@temporalio/common';
import { withinMs } from '../bounded/time-limit';
import { type FailureCode, isFailureCode } from '../domain/failures';
import {
  afterSaleWorkflowId,
  eventActivityId,
  messageReplayActivityId,
  type OrderName,
  orderId,
  replayActivityId,
  replayWorkflowId,
  turnOf,
  voidRequestWorkflowId,
  workflowId,
} from '../domain/ids';
import type { AskedMessage } from '../domain/messages';
import type { OrderFacts, OrderOpening } from '../domain/order';
import { callRetry } from '../domain/timings';
import { nameAttributes, openingAttributes } from '../order-messages/order-attributes';
import {
  type AfterSaleInput,
  type OrderInput,
  orderFacts,
  type ReplayInput,
  type Reply,
  type ResumedOrder,
  rowFollowed,
  updates,
  type VoidRequestInput,
  voidDecided,
  voidTimeMoved,
  workflowNames,
} from '../order-messages/order-messages';
import { inSpan, type Tracing } from '../tracing/tracing';

/** What became of a question to an order. `unavailable` means unknown: it may have been judged, and a repeat will tell. */
export type Asked =
  | { readonly kind: 'judged'; readonly reply: Reply }
  | { readonly kind: 'refused'; readonly code: FailureCode }
  | { readonly kind: 'not_found' | 'unavailable' | 'busy' };

/** By reference: what is sent back stands in the database. */
export interface EchoInput {
  readonly issuerId: string;
  readonly messageId: string;
  readonly atMs: number;
}

export interface HostCheckInput {
  readonly issuerId: string;
}

/** `runId`: of its workflow, or its own where none scheduled it. */
export interface RunningActivity {
  readonly workflow: string | undefined;
  readonly activityId: string;
  readonly runId: string | undefined;
}

export interface ConformanceInput {
  readonly issuerId: string;
  readonly runId: string;
}

export interface StartableOrder extends OrderName, OrderOpening {
  readonly summary: string;
  readonly productId: string;
  readonly resumed?: ResumedOrder;
}

export type EngineCallResult = 'ok' | 'refused' | 'unavailable' | 'busy';

/** Status codes of gRPC that say that the engine is not there, and the one that says that it has too much to do. */
const grpc = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unavailable: 14,
} as const;
const awayStatuses: ReadonlySet<number> = new Set([
  grpc.cancelled,
  grpc.deadlineExceeded,
  grpc.failedPrecondition,
  grpc.unavailable,
]);

/** Below the engine's own limit of 10 per order, so that several api processes stay under it together. */
const updatesInFlightPerOrder = 4;
/** An Update that the engine dropped is asked again under its id this often. */
const askTries = 3;
const callLimitMs = 3_000;
/** grpc-js keeps a deadline only roughly while it connects: our own timer ends the wait. */
const ownTimerMs = callLimitMs + 200;

class EngineUnavailable extends Error {}

export type OrderGateway = ReturnType<typeof createOrderGateway>;

export const createOrderGateway = ({
  client,
  taskQueue,
  callsOutQueue,
  observeCall,
  tracing,
}: {
  client: Client;
  taskQueue: string;
  callsOutQueue: string;
  /** `waitedMs`: of a question's order that began lately, how long its workflow had waited for its first task. */
  observeCall: (name: string, result: EngineCallResult, seconds: number, waitedMs?: number) => void;
  tracing: Tracing;
}) => {
  const inFlight = new Map<string, number>();

  /** Every call to the engine runs under a deadline: with no worker, or a stopped server, a client would wait for ever. */
  const call = <T>(name: string, run: () => Promise<T>, waitedMs?: (answer: T) => number | undefined): Promise<T> =>
    inSpan(tracing, { name: `temporal ${name}`, kind: 'client' }, () => limitedCall(name, run, waitedMs));

  const limitedCall = async <T>(
    name: string,
    run: () => Promise<T>,
    waitedMs: (answer: T) => number | undefined = () => undefined,
  ): Promise<T> => {
    const startedMs = performance.now();
    const observe = (result: EngineCallResult, waited?: number) =>
      observeCall(name, result, (performance.now() - startedMs) / 1_000, waited);
    try {
      const asked = client.connection.withDeadline(Date.now() + callLimitMs, run);
      const answer = await withinMs(ownTimerMs, asked, () => {
        throw new EngineUnavailable();
      });
      observe('ok', waitedMs(answer));
      return answer;
    } catch (error) {
      observe(isAway(error) ? 'unavailable' : isBusy(error) ? 'busy' : 'refused');
      throw error;
    }
  };

  /** Harmless to repeat while it runs. */
  const startWorkflow = async (
    name: string,
    workflowType: string,
    issuerId: string,
    options: Omit<WorkflowStartOptions, 'taskQueue' | 'priority'>,
  ): Promise<'started' | 'exists' | 'unavailable'> => {
    try {
      await call(`start_${name}`, () =>
        client.workflow.start(workflowType, {
          taskQueue,
          workflowIdConflictPolicy: 'USE_EXISTING',
          priority: { fairnessKey: turnOf(issuerId) },
          ...options,
        }),
      );
      return 'started';
    } catch (error) {
      return notStarted(error);
    }
  };

  const start = (order: StartableOrder) => {
    const { summary, productId: _, ...opening } = order;
    const input: OrderInput = { ...opening, callsOutQueue };
    return startWorkflow('order', workflowNames.order, order.issuerId, {
      workflowId: workflowId(order),
      args: [input],
      // A resumed order's workflow may have ended without an end of the order: it was terminated, or went back in time.
      workflowIdReusePolicy: order.resumed ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      typedSearchAttributes: openingAttributes(order),
      staticSummary: summary,
      staticDetails: `Order **${order.orderNo}** of issuer **${order.issuerId}**. What it waits for stands under "Current details".`,
    });
  };

  const askOnce = (order: OrderName, updateId: string, message: AskedMessage): Promise<Reply> =>
    call(
      `ask_${message.kind}`,
      () =>
        client.workflow
          .getHandle(workflowId(order))
          .executeUpdate<Reply, [AskedMessage]>(updates[message.kind].name, { updateId, args: [message] }),
      recentWait,
    );

  const ask = async (order: OrderName, updateId: string, message: AskedMessage): Promise<Asked> => {
    const id = orderId(order);
    const running = inFlight.get(id) ?? 0;
    if (running >= updatesInFlightPerOrder) return { kind: 'busy' };
    inFlight.set(id, running + 1);
    try {
      for (let n = 1; ; n += 1) {
        try {
          return { kind: 'judged', reply: await askOnce(order, updateId, message) };
        } catch (error) {
          if (n === askTries || !wasDropped(error)) return asked(error);
        }
      }
    } finally {
      const left = (inFlight.get(id) ?? 1) - 1;
      if (left > 0) inFlight.set(id, left);
      else inFlight.delete(id);
    }
  };

  /** A call out that belongs to no running order. */
  const startCall = async (
    name: string,
    id: string,
    issuerId: string,
    args: unknown[],
    options: Omit<Partial<ActivityOptions>, 'id' | 'taskQueue' | 'args'>,
  ): Promise<'started' | 'exists' | 'unavailable'> => {
    try {
      await call(`start_${name}`, () =>
        client.activity.start(name, {
          id,
          taskQueue: callsOutQueue,
          args,
          startToCloseTimeout: '45 seconds',
          heartbeatTimeout: '15 seconds',
          idConflictPolicy: 'USE_EXISTING',
          idReusePolicy: 'REJECT_DUPLICATE',
          retry: callRetry,
          priority: { fairnessKey: turnOf(issuerId) },
          ...options,
        }),
      );
      return 'started';
    } catch (error) {
      return notStarted(error);
    }
  };

  /**
   * A standalone activity: its nine delays add up to days, which no order waits for. `delay` is what the first try asks for.
   * One that has ended is begun again where its event is pending still, as for an issuer that fetched its messages before.
   */
  const startEvent = (order: OrderName, sequence: number, delay?: Duration, id = eventActivityId(order, sequence)) =>
    startCall('sendEvent', id, order.issuerId, [eventName(order, sequence)], {
      idReusePolicy: 'ALLOW_DUPLICATE',
      summary: `Tell ${order.issuerId} event ${sequence} of order ${order.orderNo}`,
      typedSearchAttributes: nameAttributes(order),
      ...(delay === undefined ? {} : { startDelay: delay }),
    });

  return {
    callsOutQueue,

    /** Harmless to repeat: a running order is left alone, and a closed one is never started again. */
    startOrder: start,

    ask,

    /** Asked by the reconciler where a row may be behind its workflow. */
    readFacts: async (order: OrderName): Promise<OrderFacts | undefined> => {
      try {
        return await call('read_facts', () => client.workflow.getHandle(workflowId(order)).query(orderFacts));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || isAway(error) || isBusy(error)) return undefined;
        throw error;
      }
    },

    /** Resolves to whether the order took over what its row says; `version`: of the row. */
    followRow: async (order: OrderName, version: number): Promise<boolean> => {
      try {
        const handle = client.workflow.getHandle(workflowId(order));
        await call('follow_row', () => handle.executeUpdate(rowFollowed, { updateId: `follow/${version}` }));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || isAway(error) || isBusy(error)) return false;
        throw error;
      }
    },

    /** One that was lost before its outcome was written is begun again; `exists`: it runs. */
    startAfterSale: (input: AfterSaleInput, name: string) =>
      startWorkflow('after_sale', workflowNames.afterSale, input.issuerId, {
        workflowId: afterSaleWorkflowId(input, name),
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: nameAttributes(input),
        staticSummary: `${input.kind} of order ${input.orderNo} of ${input.issuerId}`,
      }),

    /** One that was lost is begun again. */
    startVoidRequest: (input: VoidRequestInput) =>
      startWorkflow('void_request', workflowNames.voidRequest, input.issuerId, {
        workflowId: voidRequestWorkflowId(input, input.requestId),
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        typedSearchAttributes: nameAttributes(input),
        staticSummary: `Void request of order ${input.orderNo} of ${input.issuerId}`,
      }),

    /** One that was lost goes on from where its row is. */
    startReplayWorkflow: ({ issuerId, replayId }: Pick<ReplayInput, 'issuerId' | 'replayId'>) => {
      const input: ReplayInput = { issuerId, replayId, callsOutQueue };
      return startWorkflow('replay', workflowNames.replay, issuerId, {
        workflowId: replayWorkflowId(input),
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `Events of ${issuerId} once more`,
      });
    },

    /** It has nothing to wait for any more. @throws where it has ended already, or the engine is away. */
    endVoidRequest: (order: OrderName, requestId: string): Promise<void> =>
      call('end_void_request', () =>
        client.workflow.getHandle(voidRequestWorkflowId(order, requestId)).signal(voidDecided),
      ),

    /** Its time ends earlier than it was told: it looks again. */
    moveVoidRequest: (order: OrderName, requestId: string): Promise<void> =>
      call('move_void_request', () =>
        client.workflow.getHandle(voidRequestWorkflowId(order, requestId)).signal(voidTimeMoved),
      ).catch(unlessEnded),

    /** Whether the attempt before the running one ended without a word, as with its process. */
    wasLost: async ({ workflow, activityId, runId }: RunningActivity): Promise<boolean> => {
      const lastFailure = await call('describe_activity', async () => {
        if (workflow === undefined) {
          const handle = client.activity.getHandle(activityId, runId);
          return (await handle.describe({ includeLastFailure: true })).rawInfo.lastFailure;
        }
        const { raw } = await client.workflow.getHandle(workflow, runId).describe();
        return raw.pendingActivities?.find((one) => one.activityId === activityId)?.lastFailure;
      }).catch(unlessEnded);
      return Boolean(lastFailure?.timeoutFailureInfo);
    },

    /** Calls out of a workflow that wait for their next attempt make it now, where `isDue` says so. */
    hurryCalls: async (workflow: string, isDue: (sinceMs: number, untilMs: number) => boolean): Promise<void> => {
      const waiting = await call('describe', () => client.workflow.getHandle(workflow).describe())
        .then(({ raw }) => raw.pendingActivities ?? [])
        .catch(unlessEnded);
      for (const { activityId, lastAttemptCompleteTime, nextAttemptScheduleTime } of waiting ?? []) {
        if (!activityId || !nextAttemptScheduleTime || !lastAttemptCompleteTime) continue;
        if (!isDue(msOf(lastAttemptCompleteTime), msOf(nextAttemptScheduleTime))) continue;
        await call('reset_activity', () =>
          client.workflowService.resetActivity({
            namespace: client.options.namespace,
            execution: { workflowId: workflow },
            id: activityId,
          }),
        ).catch(unlessEnded);
      }
    },

    /** An event that waits for its next attempt: one that is made now takes its place. */
    hurryEvent: async (order: OrderName, sequence: number): Promise<void> => {
      const handle = client.activity.getHandle(eventActivityId(order, sequence));
      await call('terminate_event', () => handle.terminate('its clock was moved')).catch(unlessEnded);
      await startEvent(order, sequence);
    },

    startEvent,

    /**
     * An operator sends an event again that was told or given up. One at a time: `exists` where one is under way. What may
     * not be tried now (a pause, an open circuit) is waited for, within limits; a try that fails is not repeated.
     */
    startReplay: (order: OrderName, sequence: number) =>
      startCall('replayEvent', replayActivityId(order, sequence), order.issuerId, [eventName(order, sequence)], {
        ...ofReplay,
        summary: `Tell ${order.issuerId} event ${sequence} of order ${order.orderNo} once more`,
        typedSearchAttributes: nameAttributes(order),
      }),

    /** The same of a message that waited for an answer: what is answered is heard. */
    startMessageReplay: ({ issuerId, orderNo }: OrderName, messageId: string) =>
      startCall(
        'replayMessage',
        messageReplayActivityId({ issuerId, orderNo }, messageId),
        issuerId,
        [{ issuerId, orderNo, messageId }],
        {
          ...ofReplay,
          summary: `Send ${issuerId} a message of order ${orderNo} once more`,
          typedSearchAttributes: nameAttributes({ issuerId, orderNo }),
        },
      ),

    /** It dies with no process: begun anew, it plays all once more. */
    startConformance: ({ issuerId, runId }: ConformanceInput) =>
      startCall('playConformance', `conformance/${issuerId}/${runId}`, issuerId, [{ issuerId, runId }], {
        startToCloseTimeout: '6 minutes',
        scheduleToCloseTimeout: '20 minutes',
        summary: `Conformance of ${issuerId}`,
      }),

    /** What it looks for, and where, stands in the issuer's row. */
    startHostCheck: (issuerId: string, askedAtMs: number) =>
      startCall('checkHost', `host-check/${issuerId}/${askedAtMs}`, issuerId, [{ issuerId }], {
        ...ofMinutes,
        summary: `Whether a host is that of ${issuerId}`,
      }),

    /** An issuer's self-test, which counts its tries. */
    startEcho: ({ issuerId, messageId, atMs }: EchoInput) =>
      startCall('sendEcho', `echo/${issuerId}/${messageId}`, issuerId, [{ issuerId, messageId, atMs }], {
        ...ofMinutes,
        summary: `Echo to ${issuerId}`,
      }),
  };
};

/** What has ended, or was never begun, waits for nothing. */
const unlessEnded = (error: unknown): undefined => {
  const isNone = error instanceof WorkflowNotFoundError || statusIn(error, new Set([grpc.notFound]));
  if (!isNone) throw error;
};

const msOf = ({ seconds, nanos }: { seconds?: { toString(): string } | null; nanos?: number | null }): number =>
  Number(seconds?.toString() ?? 0) * 1_000 + (nanos ?? 0) / 1_000_000;

/** Ended by time: the engine counts also what found no place, or was not tried for another reason. */
const ofMinutes = { scheduleToCloseTimeout: '10 minutes' } as const;

const ofReplay = {
  ...ofMinutes,
  idReusePolicy: 'ALLOW_DUPLICATE',
  idConflictPolicy: 'FAIL',
} as const;

/** How things are now is told only by orders that began lately: an issuer may verify hours after its order's first task. */
const recentMs = 10_000;
const recentWait = ({ waitedMs, facts }: Reply): number | undefined =>
  Date.now() - facts.createdAtMs - waitedMs < recentMs ? waitedMs : undefined;

/** Callers give whole rows: only the name goes to the engine. */
const eventName = ({ issuerId, orderNo }: OrderName, sequence: number) => ({ issuerId, orderNo, sequence });

/** @throws what is neither a start that was made before nor an engine that cannot make one now. */
const notStarted = (error: unknown): 'exists' | 'unavailable' => {
  const isThere =
    error instanceof WorkflowExecutionAlreadyStartedError || error instanceof ActivityExecutionAlreadyStartedError;
  if (isThere) return 'exists';
  if (isAway(error) || isBusy(error)) return 'unavailable';
  throw error;
};

const asked = (error: unknown): Asked => {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      if (isFailureCode(cause.type)) return { kind: 'refused', code: cause.type };
      // The workflow closed between the Update's arrival and its turn: the row has the last word.
      if (cause.type === 'AcceptedUpdateCompletedWorkflow') return { kind: 'not_found' };
    }
    throw error;
  }
  if (error instanceof WorkflowNotFoundError) return { kind: 'not_found' };
  if (isBusy(error)) return { kind: 'busy' };
  if (isAway(error)) return { kind: 'unavailable' };
  throw error;
};

/**
 * The engine repeats a workflow task when something else comes in just as it ends (an order that closes while its notice is
 * answered), and tells the asker only that the task failed. The Update may have been judged: its id finds that verdict.
 */
const wasDropped = (error: unknown): boolean =>
  statusIn(error, new Set([grpc.failedPrecondition]), /workflow task failure/i);

const isAway = (error: unknown): boolean =>
  error instanceof EngineUnavailable ||
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  statusIn(error, awayStatuses);

const isBusy = (error: unknown): boolean => statusIn(error, new Set([grpc.resourceExhausted]));

/** The client wraps most errors of the engine in one of its own, with the first as `cause`. */
const statusIn = (error: unknown, statuses: ReadonlySet<number>, details = /(?:)/): boolean => {
  for (let at: unknown = error, n = 0; at instanceof Error && n < 5; at = at.cause, n += 1) {
    if (isGrpcServiceError(at)) return statuses.has(at.code) && details.test(at.details);
  }
  return false;
};
