import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { traceIn } from '../src/temporal/trace-interceptors';
import { inSpan, type Tracing } from '../src/tracing/tracing';

/** A span for each try of an activity, in the trace that its order was started with. */
export const activitySpans =
  (tracing: Tracing): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const from = traceIn(input.headers);
        const attributes = { 'temporal.activity.attempt': info.attempt, 'temporal.activity.id': info.activityId };
        const start = { name: `activity ${info.activityType}`, kind: 'worker' as const, attributes };
        return inSpan(tracing, from ? { ...start, from } : start, () => next(input));
      },
    },
  });
