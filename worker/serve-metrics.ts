import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Outbound } from '../src/outbound/client';

/** Off unless WORKER_METRICS_PORT is set. */
export const serveMetrics = (
  port: number | undefined,
  host: string,
  { outbound }: { outbound: Outbound },
): Server | undefined => {
  if (port === undefined) return undefined;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'codeferry_worker_' });
  new Gauge({
    name: 'codeferry_breakers',
    help: 'Circuits by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { state } of outbound.breakerStates()) this.inc({ state });
    },
  });
  return createServer((_request, response) => {
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  }).listen(port, host);
};
