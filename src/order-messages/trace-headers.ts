import type { Headers } from '@temporalio/common';
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Under which name the trace's headers travel through Temporal. */
export const traceHeader = 'codeferry-trace';

/** Each workflow has this module to itself. */
let given: Headers = {};

/** Hands on the trace that the order was started with to its activities: no command more, and no clock or library of tracing in here. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const withTrace = <T extends { readonly headers: Headers }>(input: T): T => ({
    ...input,
    headers: { ...given, ...input.headers },
  });
  return {
    inbound: [
      {
        execute: (input, next) => {
          const payload = input.headers[traceHeader];
          if (payload) given = { [traceHeader]: payload };
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withTrace(input)),
        scheduleLocalActivity: (input, next) => next(withTrace(input)),
      },
    ],
  };
};
