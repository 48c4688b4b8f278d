/** Headers that carry a trace from one process to the next: `traceparent` and `tracestate` of W3C Trace Context. */
export type TraceHeaders = Readonly<Record<string, string>>;

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanStart {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'worker';
  readonly attributes?: SpanAttributes;
  /** Where the trace comes from; left out or undefined: from what runs now. */
  readonly from?: TraceHeaders | undefined;
}

export interface OpenSpan {
  /** Called once, when what it stands for is over. */
  end(outcome: { readonly ok: boolean; readonly name?: string; readonly attributes?: SpanAttributes }): void;
}

export interface Tracing {
  /** What `run` does, and whatever it goes on to do, belongs to the span. */
  open<T>(start: SpanStart, run: (span: OpenSpan) => T): T;
  /** Of what runs now, for a message that leaves the process; nothing where there is no span. */
  headers(): TraceHeaders;
  /** Sends what is not sent yet, within a limit. */
  close(): Promise<void>;
}

const noSpan: OpenSpan = { end: () => undefined };
const noHeaders: TraceHeaders = {};

export const noTracing: Tracing = {
  open: (_start, run) => run(noSpan),
  headers: () => noHeaders,
  close: async () => undefined,
};

/** A span over one asynchronous piece of work; it failed when the work did. */
export const inSpan = <T>(tracing: Tracing, start: SpanStart, work: () => Promise<T>): Promise<T> =>
  tracing.open(start, async (span) => {
    try {
      const result = await work();
      span.end({ ok: true });
      return result;
    } catch (error) {
      // Its name only: a message may hold anything.
      span.end({ ok: false, attributes: { 'error.type': error instanceof Error ? error.name : 'unknown' } });
      throw error;
    }
  });
