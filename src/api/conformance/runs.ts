import type { RowReader } from '../../bounded/row-reader';
import { countsOf } from '../../conformance/report';
import { checks } from '../../conformance/run';
import type { ConformanceRun } from '../../contract/issuer/conformance';
import { bodyInvalid } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import { isTestIssuer } from '../../domain/ids';
import { mayBeCalled } from '../../domain/ownership';
import type { AuditTrail } from '../../operator/audit-trail';
import { engineUnavailable } from '../../second-interface/ask-order';
import type { ConformanceRunRow, ConformanceRuns } from '../../store/conformance';
import type { DayCounts } from '../../store/day-counts';
import type { IssuerRow } from '../../store/issuers';
import type { OrderSettingsStore } from '../../store/order-settings';
import type { OrderGateway } from '../../temporal/order-gateway';
import { notProved } from '../issuer/issuer-accounts';

export interface RunsDeps {
  readonly runs: ConformanceRuns;
  readonly rowReader: RowReader;
  readonly dayCounts: DayCounts;
  readonly gateway: OrderGateway;
  readonly platformSettings: OrderSettingsStore['platform'];
  readonly nowMs: () => number;
}

/** On the whole platform; test issuers, whom anybody makes, take half of it. */
const runningMax = 8;
/** Of one issuer. */
const runsPerDay = 50;
const listedMax = 20;
/** The activity has twenty minutes: one that is older was lost. */
const lostAfterMs = 25 * 60_000;

const namesOf = (only: readonly string[] = checks.map(({ name }) => name)): ReadonlySet<string> => new Set(only);

export const createRuns = ({ runs, rowReader, dayCounts, gateway, platformSettings, nowMs }: RunsDeps) => {
  const summary = (row: Omit<ConformanceRunRow, 'report'>) => {
    const isLost = row.state === 'running' && row.at.getTime() < nowMs() - lostAfterMs;
    const state = isLost ? 'stopped' : row.state;
    return {
      runId: row.runId,
      state,
      by: row.by,
      startedAt: row.at.toISOString(),
      ...(row.endedAt ? { endedAt: row.endedAt.toISOString() } : {}),
      ...(row.only ? { only: [...row.only] } : {}),
      scenarios: state === 'running' ? namesOf(row.only).size : row.results.length,
      counts: countsOf(row.results),
    };
  };

  const shown = rowReader.of(
    'conformanceRuns',
    (row: ConformanceRunRow): ConformanceRun => ({
      ...summary(row),
      results: row.results,
      ...(row.report ? { report: row.report } : {}),
    }),
    runs.isUntouched,
  );

  const find = async (issuerId: string, runId: string): Promise<ConformanceRun | undefined> => {
    const row = await runs.find(issuerId, runId);
    return row ? shown(row) : undefined;
  };

  /** Of a run that was begun, and is counted with the others: of many at once none passes the limit. */
  const requireRoom = async (issuerId: string, staleBefore: Date): Promise<void> => {
    const limit = isTestIssuer(issuerId) ? runningMax / 2 : runningMax;
    if ((await runs.countRunning(limit + 1, staleBefore)) > limit) {
      throw new Failure('rate_limited', { detail: 'As many runs as may run are running', retryAfterSeconds: 30 });
    }
    const share = { name: `conformance/${issuerId}`, n: 1, at: new Date(nowMs()) };
    await dayCounts.require({ ...share, limit: runsPerDay, detail: `There are ${runsPerDay} runs a day` });
  };

  const requireKnown = (only: readonly string[] = []): void => {
    const names = namesOf();
    const errors = only.flatMap((name, n) =>
      names.has(name) ? [] : [{ path: `/only/${n}`, code: 'unknown', message: 'is no scenario' }],
    );
    if (errors.length > 0) throw bodyInvalid(errors);
  };

  return {
    /** `runId`: the same one is begun once. */
    begin: async (
      issuer: IssuerRow,
      { runId, by, only }: { runId: string; by: string; only?: readonly string[] | undefined },
      trail: AuditTrail,
    ): Promise<ConformanceRun> => {
      const { _id: issuerId, callback, codeMode } = issuer;
      const known = await find(issuerId, runId);
      if (known) return known;
      requireKnown(only);
      if (callback.kind === 'function') throw new Failure('not_url');
      if (issuer.state === 'paused') throw new Failure('issuer_paused', { retryAfterSeconds: 30 });
      if (!mayBeCalled(issuer, await platformSettings())) throw notProved();
      const url = callback.kind === 'url' ? { url: callback.url } : {};
      const at = new Date(nowMs());
      const staleBefore = new Date(at.getTime() - lostAfterMs);
      const start = async (): Promise<void> => {
        const row = { issuerId, runId, at, by, ...url, codeMode, ...(only ? { only } : {}) };
        const begun = await runs.begin(row, staleBefore);
        if (begun === 'running') {
          throw new Failure('in_progress', { detail: 'Another run of this issuer runs', retryAfterSeconds: 10 });
        }
        // The same request, at the same moment.
        if (begun === 'exists') return;
        try {
          await requireRoom(issuerId, staleBefore);
          if ((await gateway.startConformance({ issuerId, runId })) === 'unavailable') throw engineUnavailable();
        } catch (error) {
          await runs.forget(issuerId, runId);
          throw error;
        }
      };
      await trail({ action: 'issuer.conformance_begun', target: issuerId, after: { runId } }, start);
      const begun = await find(issuerId, runId);
      if (!begun) throw new Failure('unavailable', { retryAfterSeconds: 1 });
      return begun;
    },

    newest: async (issuerId: string) => {
      const body = rowReader.of('conformanceRuns', summary, runs.isUntouched);
      return { data: (await runs.newest(issuerId, listedMax)).flatMap((row) => body(row) ?? []) };
    },

    read: async (issuerId: string, runId: string): Promise<ConformanceRun> => {
      const run = await find(issuerId, runId);
      if (!run) throw new Failure('run_unknown');
      return run;
    },
  };
};
