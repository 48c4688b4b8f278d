import { createServer, type Server } from 'node:http';
import { Gauge, type Registry } from 'prom-client';
import { freePort, loopback } from '../src/bounded/free-port';
import type { Outbound } from '../src/outbound/client';

export interface WorkerMetrics {
  readonly registry: Registry;
  readonly outbound: Outbound;
  /** Where the SDK tells of workers and client; undefined where it was not asked to. */
  readonly engineMetricsAddress: string | undefined;
}

const engineMetricsLimitMs = 2_000;
const circuitStates = ['closed', 'open', 'half_open'] as const;

/** The worker's whole page: its own metrics, and after them those of the SDK, which has a server of its own. */
export const createMetricsPage = ({ registry, outbound, engineMetricsAddress }: WorkerMetrics) => {
  new Gauge({
    name: 'codeferry_breakers',
    help: 'Circuits of issuers, terminals and hosts by state: closed, open or half_open',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of circuitStates) this.set({ state }, 0);
      for (const { state } of outbound.breakerStates()) this.inc({ state });
    },
  });
  const engineUp = new Gauge({
    name: 'codeferry_worker_engine_metrics_up',
    help: "1 when the SDK's own metrics follow on this page",
    registers: [registry],
  });
  return async (): Promise<string> => {
    const ofEngine = await engineMetrics(engineMetricsAddress);
    engineUp.set(ofEngine === undefined ? 0 : 1);
    return `${await registry.metrics()}${ofEngine ?? ''}`;
  };
};

const engineMetrics = async (address: string | undefined): Promise<string | undefined> => {
  if (address === undefined) return undefined;
  try {
    const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(engineMetricsLimitMs) });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
};

/** Off unless WORKER_METRICS_PORT is set. */
export const serveMetrics = (port: number, host: string, registry: Registry, page: () => Promise<string>): Server =>
  createServer((_request, response) => {
    page().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  }).listen(port, host);

/** For the SDK's server, seen by this process only: called once, right before the runtime takes it. */
export const freeLoopbackAddress = async (): Promise<string> => `${loopback}:${await freePort()}`;
