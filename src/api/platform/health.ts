import type { Database } from '../../store/database';
import type { Maintenance } from '../../store/maintenance';
import type { EngineReadiness } from '../../temporal/readiness';
import type { Mount } from '../edge/mount';

export interface Health {
  readonly engine: EngineReadiness;
  readonly database: Database;
  readonly maintenance: Maintenance;
  readonly nowMs: () => number;
}

const reconcilerLateMs = 5 * 60_000;

/** `/healthz`: the process runs. `/readyz`: it can do its work, and if not, which part is away. */
export const mountHealth = (mount: Mount, { engine, database, maintenance, nowMs }: Health): void => {
  mount.plain('get', '/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });

  mount.plain('get', '/readyz', async (_request, response) => {
    const [mongodb, temporal, reconciledAt, isMaintenance] = await Promise.all([
      database.ping().then(
        () => 'ok' as const,
        () => 'unavailable' as const,
      ),
      engine.hasSearchAttributes().then(
        (has) => (has ? ('ok' as const) : ('search attributes are missing' as const)),
        () => 'unavailable' as const,
      ),
      engine.lastReconciledAt().catch(() => undefined),
      maintenance.isOn().catch(() => undefined),
    ]);
    const ageMs = reconciledAt && nowMs() - reconciledAt.getTime();
    const reconciler = ageMs === undefined ? 'not run yet' : ageMs > reconcilerLateMs ? 'late' : 'ok';
    const isReady = mongodb === 'ok' && temporal === 'ok';
    response.status(isReady ? 200 : 503).json({
      status: isReady ? 'ready' : 'not ready',
      parts: { mongodb, temporal, reconciler },
      // Not a reason to take the process out: running orders end here.
      ...(isMaintenance ? { maintenance: 'on' } : {}),
      ...(ageMs === undefined ? {} : { reconcilerAgeSeconds: Math.round(ageMs / 1_000) }),
    });
  });
};
