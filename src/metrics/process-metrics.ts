import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../store/database';
import type { EngineCallResult } from '../temporal/order-gateway';

export type ProcessMetrics = ReturnType<typeof createProcessMetrics>;

/** One registry for each process, made by `assemble`: what api and worker have in common. */
export const createProcessMetrics = (database: Pick<Database, 'poolCounts'>) => {
  const registry = new Registry();
  const registers = [registry];
  const engineCalls = new Histogram({
    name: 'codeferry_engine_call_seconds',
    help: 'Calls to Temporal by name and result: ok, refused, unavailable or busy',
    labelNames: ['call', 'result'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  new Gauge({
    name: 'codeferry_database_connections',
    help: 'Connections to MongoDB that are open and in use, and callers that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      const { open, inUse, waiting } = database.poolCounts();
      this.set({ state: 'open' }, open);
      this.set({ state: 'in_use' }, inUse);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  new Gauge({
    name: 'codeferry_database_connections_max',
    help: 'Connections to MongoDB that this process may open',
    registers,
    collect() {
      this.set(database.poolCounts().max);
    },
  });
  new Counter({
    name: 'codeferry_database_checkout_failures_total',
    help: 'Callers that got no connection to MongoDB in time',
    registers,
    collect() {
      this.reset();
      this.inc(database.poolCounts().failures);
    },
  });
  return {
    registry,
    /** Called by the root that serves the page: api and worker have names of their own for what Node tells. */
    collectOwnProcess: (prefix: string): void => collectDefaultMetrics({ register: registry, prefix }),
    observeEngineCall: (call: string, result: EngineCallResult, seconds: number): void =>
      engineCalls.observe({ call, result }, seconds),
  };
};
