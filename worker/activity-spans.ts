import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { traceIn } from '../src/temporal/trace-interceptors';
import { inSpan, type Tracing } from '../src/tracing/tracing';

/** A span for each try of an activity, in the trace that its order was started with. */
export const activitySpans =
  (tracing: Tracing): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const attributes = { 'temporal.activity.attempt': info.attempt, 'temporal.activity.id': info.activityId };
        const from = traceIn(input.headers);
        return inSpan(tracing, { name: `activity ${info.activityType}`, kind: 'worker', attributes, from }, () =>
          next(input),
        );
      },
    },
  });
