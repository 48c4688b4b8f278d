import type { ClientInterceptors } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { traceHeader } from '../order-messages/trace-headers';
import type { TraceHeaders, Tracing } from '../tracing/tracing';

/** The trace of what runs now goes along with what is started and asked. Ids only, so it needs no sealing. */
export const traceInterceptors = (tracing: Tracing): ClientInterceptors => {
  const withTrace = <T extends { readonly headers: Headers }>(input: T): T => {
    const trace = tracing.headers();
    if (Object.keys(trace).length === 0) return input;
    return { ...input, headers: { ...input.headers, [traceHeader]: defaultPayloadConverter.toPayload(trace) } };
  };
  return {
    workflow: [
      {
        startWithDetails: (input, next) => next(withTrace(input)),
        startUpdate: (input, next) => next(withTrace(input)),
      },
    ],
    activity: [{ start: (input, next) => next(withTrace(input)) }],
  };
};

/** Read by the workers. Undefined where whoever started it had no trace. */
export const traceIn = (headers: Headers): TraceHeaders | undefined => {
  const payload = headers[traceHeader];
  return payload ? defaultPayloadConverter.fromPayload<TraceHeaders>(payload) : undefined;
};
