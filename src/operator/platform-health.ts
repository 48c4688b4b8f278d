import { cachedFor } from '../bounded/cached-for';
import type { PlatformHealth } from '../contract/operator/health';
import { type ReportedCircuit, type WorkerRow, type Workers, workerAliveMs } from '../store/workers';
import type { Queues } from '../temporal/queues';

const workersLimit = 200;
const ttlMs = 5_000;

export type HealthReader = ReturnType<typeof createHealthReader>;

/** What the console shows of the machinery: read at most every few seconds, for all who look. */
export const createHealthReader = ({
  queues,
  workers,
  nowMs,
}: {
  readonly queues: Queues;
  readonly workers: Workers;
  readonly nowMs: () => number;
}) => {
  const read = async (): Promise<PlatformHealth> => {
    const atMs = nowMs();
    const [found, alive] = await Promise.all([
      queues.read().catch(() => undefined),
      workers.alive(new Date(atMs), workerAliveMs, workersLimit),
    ]);
    const lastWorkerAt = alive.length === 0 ? await workers.lastSeenAt(new Date(atMs)) : undefined;
    return {
      at: new Date(atMs).toISOString(),
      ...(found ? { queues: found } : {}),
      workers: alive.map(({ host, startedAt, at }) => ({
        host,
        startedAt: startedAt.toISOString(),
        at: at.toISOString(),
      })),
      ...(lastWorkerAt ? { lastWorkerAt: lastWorkerAt.toISOString() } : {}),
      circuits: mergedCircuits(alive),
      throttled: mergedThrottled(alive),
    };
  };

  return cachedFor(ttlMs, nowMs, read);
};

const severity = { closed: 0, half_open: 1, open: 2 } as const;

/** Each worker has circuits of its own: the worst state, all calls together, and how many of them see it so. */
export const mergedCircuits = (rows: readonly Pick<WorkerRow, 'circuits'>[]): PlatformHealth['circuits'] => {
  const byKey = new Map<string, ReportedCircuit & { workers: number }>();
  for (const circuit of rows.flatMap(({ circuits }) => circuits)) {
    const other = byKey.get(circuit.key);
    if (!other) {
      byKey.set(circuit.key, { ...circuit, workers: 1 });
      continue;
    }
    const isWorse = severity[circuit.state] > severity[other.state];
    const isSame = circuit.state === other.state;
    byKey.set(circuit.key, {
      key: circuit.key,
      state: isWorse ? circuit.state : other.state,
      calls: other.calls + circuit.calls,
      failures: other.failures + circuit.failures,
      workers: isWorse ? 1 : other.workers + (isSame ? 1 : 0),
    });
  }
  return [...byKey.values()].sort((a, b) => severity[b.state] - severity[a.state] || b.failures - a.failures);
};

/** Each worker counts by itself; one of a former version does not say. */
export const mergedThrottled = (rows: readonly Pick<WorkerRow, 'throttled'>[]): PlatformHealth['throttled'] => {
  const byKey = new Map<string, number>();
  for (const { key, count } of rows.flatMap(({ throttled = [] }) => throttled)) {
    byKey.set(key, (byKey.get(key) ?? 0) + count);
  }
  return [...byKey].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count);
};
