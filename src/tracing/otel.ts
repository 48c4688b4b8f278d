import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { withinMs } from '../bounded/time-limit';
import type { Tracing } from './tracing';

const exportLimitMs = 5_000;
const queueMax = 2_048;
const closeLimitMs = 2_000;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, worker: SpanKind.CONSUMER } as const;

/** One for each process: OpenTelemetry's context and propagation are global. */
export const createOtelTracing = (endpoint: string, service: string): Tracing => {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: exportLimitMs,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    // What does not fit into the queue is dropped: tracing never holds an order up.
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: queueMax, exportTimeoutMillis: exportLimitMs })],
  });
  provider.register();
  const tracer = provider.getTracer('codeferry');

  const contextOf = (from: Readonly<Record<string, string>> | undefined): Context =>
    from ? propagation.extract(ROOT_CONTEXT, from) : context.active();

  return {
    open: ({ name, kind, attributes = {}, from }, run) => {
      const parent = contextOf(from);
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, parent);
      let isOver = false;
      return context.with(trace.setSpan(parent, span), () =>
        run({
          end: (outcome) => {
            if (isOver) return;
            isOver = true;
            if (outcome.name !== undefined) span.updateName(outcome.name);
            if (outcome.attributes) span.setAttributes(outcome.attributes);
            if (!outcome.ok) span.setStatus({ code: SpanStatusCode.ERROR });
            span.end();
          },
        }),
      );
    },
    headers: () => {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return carrier;
    },
    close: async () => {
      await withinMs(
        closeLimitMs,
        provider.shutdown().catch(() => undefined),
        () => undefined,
      );
    },
  };
};
