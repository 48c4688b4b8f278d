import type { Context, Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { LRUCache } from 'lru-cache';
import type { VoidQuestion } from '../activities/ask-void';
import type { Delivery, VoidNotice } from '../activities/deliver';
import type { Notice } from '../activities/notify';
import type { MessageName } from '../activities/replay-message';
import type { CodeRequest } from '../activities/request-code';
import type { EventName } from '../activities/send-event';
import type { OrderName } from '../src/domain/ids';
import type { TimelineEntry } from '../src/domain/messages';
import { deliveryMessageId, ownMessageId } from '../src/first-interface/message-id';
import type { Orders } from '../src/store/orders';
import type { OrderGateway, RunningActivity } from '../src/temporal/order-gateway';

type Detail = TimelineEntry['detail'];

const ofEvent = (name: EventName): Detail => ({
  sequence: name.sequence,
  message: ownMessageId(name, 'event', name.sequence),
});

/** What an activity of an order has under way, by its name and input. */
const underWay = {
  notifyIssuer: (notice: Notice): Detail => ({ type: 'order.paid', message: ownMessageId(notice, 'paid', notice.n) }),
  requestCode: (request: CodeRequest): Detail =>
    request.closesByMs === undefined
      ? { type: 'order.code_requested', message: ownMessageId(request, 'code', request.n) }
      : { type: 'order.closing', message: ownMessageId(request, 'closing', request.n) },
  askVoid: (question: VoidQuestion): Detail => ({
    type: 'order.void_requested',
    message: ownMessageId(question, 'void_request', question.requestId),
  }),
  deliverCodes: (delivery: Delivery): Detail => ({
    type: 'code.delivered',
    ...(delivery.itemIds ? {} : { message: deliveryMessageId(delivery, delivery.n) }),
  }),
  tellVoid: (notice: VoidNotice): Detail => ({
    type: 'code.void',
    message: ownMessageId(notice, 'void', notice.itemIds.join()),
  }),
  sendEvent: ofEvent,
  replayEvent: ofEvent,
  replayMessage: ({ messageId }: MessageName): Detail => ({ message: messageId }),
};

const detailOf = ({ activityType }: Info, input: OrderName): Detail =>
  (underWay as Readonly<Record<string, (input: never) => Detail>>)[activityType]?.(input as never) ?? {};

const orderOf = ([input]: readonly unknown[]): OrderName | undefined => {
  const { issuerId, orderNo } = (input ?? {}) as Partial<OrderName>;
  return issuerId !== undefined && orderNo !== undefined ? (input as OrderName) : undefined;
};

const runOf = ({ inWorkflow, workflowExecution, activityId, activityRunId }: Info): RunningActivity => ({
  workflow: inWorkflow ? workflowExecution?.workflowId : undefined,
  activityId,
  runId: inWorkflow ? workflowExecution?.runId : activityRunId,
});

interface Ended {
  readonly attempt: number;
  /** By the engine's clock. */
  readonly scheduledMs: number;
}

/** Beyond it the engine is asked once more than needed. */
const endedMax = 10_000;

/**
 * An attempt that ended with its process is a line in its order's timeline, written by the one after it. The engine says
 * what became of an attempt, but is asked only where one may be lost: not of a first attempt, not where this process saw
 * the last one end, and not within the time that the engine waits for a silent worker, so that what is put off each second
 * is asked about four times a minute at most, however many workers share it.
 */
export const lostAttempts = ({
  gateway,
  orders,
  nowMs,
}: {
  readonly gateway: Pick<OrderGateway, 'wasLost'>;
  readonly orders: Pick<Orders, 'recordTry'>;
  readonly nowMs: () => number;
}): ActivityInterceptorsFactory => {
  const ended = new LRUCache<string, Ended>({ max: endedMax });

  const mayBeLost = (info: Info, last: Ended | undefined): boolean => {
    if (info.attempt === 1 || last?.attempt === info.attempt - 1) return false;
    const silenceMs = Math.min(info.heartbeatTimeoutMs || info.startToCloseTimeoutMs, info.startToCloseTimeoutMs);
    return info.currentAttemptScheduledTimestampMs - (last?.scheduledMs ?? info.scheduledTimestampMs) >= silenceMs;
  };

  /** Whatever becomes of its line, the attempt is made. */
  const tell = (order: OrderName, info: Info, id: string, attempt: number): Promise<void> =>
    orders
      .recordTry(order, [
        { key: `lost.${id}.${attempt}`, atMs: nowMs(), event: 'attempt_lost', detail: detailOf(info, order) },
      ])
      .catch(() => undefined);

  return (context: Context) => ({
    inbound: {
      execute: async (input, next) => {
        const { info } = context;
        const order = info.isLocal ? undefined : orderOf(input.args);
        if (!order) return next(input);
        const run = runOf(info);
        const id = `${run.runId}.${run.activityId}`;
        if (mayBeLost(info, ended.get(id)) && (await gateway.wasLost(run).catch(() => false))) {
          await tell(order, info, id, info.attempt - 1);
        }
        try {
          return await next(input);
        } catch (error) {
          ended.set(id, { attempt: info.attempt, scheduledMs: info.currentAttemptScheduledTimestampMs });
          // Cut off by the end of this process, it left no line of its own.
          const isCutOff = context.cancellationDetails?.workerShutdown && !(error instanceof ApplicationFailure);
          if (isCutOff) await tell(order, info, id, info.attempt);
          throw error;
        }
      },
    },
  });
};
