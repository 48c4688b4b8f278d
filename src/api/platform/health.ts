import { createReadOnce } from '../../bounded/read-once';
import * as routes from '../../contract/platform/health';
import type { Database } from '../../store/database';
import { hasClaimGuard } from '../../store/indexes';
import type { Maintenance } from '../../store/maintenance';
import { type Workers, workerAliveMs } from '../../store/workers';
import type { EngineReadiness } from '../../temporal/readiness';
import type { Mount } from '../edge/mount';

export interface Health {
  readonly engine: EngineReadiness;
  readonly database: Database;
  readonly maintenance: Maintenance;
  readonly workers: Workers;
  readonly nowMs: () => number;
}

const reconcilerLateMs = 5 * 60_000;

/** `/healthz`: the process runs. `/readyz`: it can do its work, and if not, which part is away. */
export const mountHealth = (mount: Mount, { engine, database, maintenance, workers: reports, nowMs }: Health): void => {
  mount.open(routes.readLiveness)(async () => ({ status: 200, body: { status: 'ok' } }));

  const read = async () => {
    const [mongodb, temporal, reconciledAt, isMaintenance, workers] = await Promise.all([
      hasClaimGuard(database).then(
        (has) => (has ? ('ok' as const) : ('the guard of codes is missing' as const)),
        () => 'unavailable' as const,
      ),
      engine.hasSearchAttributes().then(
        (has) => (has ? ('ok' as const) : ('search attributes are missing' as const)),
        () => 'unavailable' as const,
      ),
      engine.lastReconciledAt().catch(() => undefined),
      maintenance.isOn().catch(() => undefined),
      reports.alive(new Date(nowMs()), workerAliveMs, 1).then(
        ({ length }) => (length > 0 ? ('ok' as const) : ('none' as const)),
        () => 'unknown' as const,
      ),
    ]);
    const ageMs = reconciledAt && nowMs() - reconciledAt.getTime();
    const reconciler: 'ok' | 'late' | 'not run yet' =
      ageMs === undefined ? 'not run yet' : ageMs > reconcilerLateMs ? 'late' : 'ok';
    const isReady = mongodb === 'ok' && temporal === 'ok';
    const body = {
      status: isReady ? ('ready' as const) : ('not ready' as const),
      // Without a worker orders are accepted all the same: no reason to take the process out.
      parts: { mongodb, temporal, reconciler, workers },
      // Not a reason to take the process out: running orders end here.
      ...(isMaintenance ? { maintenance: 'on' as const } : {}),
      ...(ageMs === undefined ? {} : { reconcilerAgeSeconds: Math.round(ageMs / 1_000) }),
    } as const;
    return { status: isReady ? (200 as const) : (503 as const), body };
  };

  // Anybody may ask, at any rate: engine and database are asked once for all who do meanwhile.
  const readOnce = createReadOnce(read);
  mount.open(routes.readReadiness)(() => readOnce('ready'));
};
