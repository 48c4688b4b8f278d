import { asyncLocalStorage as activityContext } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { keptOrders } from '../src/conformance/kept-orders';
import { hasPassed, signedReport } from '../src/conformance/report';
import { newPrefix, runConformance } from '../src/conformance/run';
import { type Post, usualLimits } from '../src/conformance/sending';
import { mayBeCalled } from '../src/domain/ownership';
import { toldProblem } from '../src/domain/told-problem';
import type { DeliveryKeys } from '../src/sealing/delivery-keys';
import { openSecrets } from '../src/sealing/issuer-secrets';
import type { Audit } from '../src/store/audit';
import type { ConformanceOrders, ConformanceRunRow, ConformanceRuns } from '../src/store/conformance';
import { type IssuerRow, liveSecrets } from '../src/store/issuers';
import type { ConformanceInput } from '../src/temporal/order-gateway';
import { type CallsOut, callSettingsOf, sayingAlive, sellerOf } from './call-issuer';

export interface PlaysConformance extends CallsOut {
  readonly conformance: { readonly runs: ConformanceRuns; readonly orders: ConformanceOrders };
  readonly delivery: DeliveryKeys;
  readonly audit: Audit;
  /** Where an issuer finds its orders: the row of a run does not say. */
  readonly publicUrl: string;
}

/** Of one run: a right issuer has some 300. */
const callsMax = 1_000;
const callsAtOnceMax = 48;

/**
 * Whether it is as it was when its run was begun; without a URL: it fetches. Asked before it is called, too: whoever writes
 * to the row of a run sends nobody's calls elsewhere.
 */
const isPlayedAs = (issuer: IssuerRow, { url, codeMode }: Pick<ConformanceRunRow, 'url' | 'codeMode'>): boolean =>
  issuer.codeMode === codeMode &&
  (url === undefined ? issuer.callback.kind === 'pull' : issuer.callback.kind === 'url' && issuer.callback.url === url);

/** Plays all scenarios against an issuer, and lets one go live that was held for it. */
export const createPlayConformance = (deps: PlaysConformance) => {
  const { conformance, delivery, audit, issuers, outbound, ring, orderDeps, publicUrl, nowMs } = deps;

  const postTo = (issuer: IssuerRow, url: string, signal: AbortSignal): Post => {
    let calls = 0;
    const settings = callSettingsOf(deps, issuer);
    return async ({ headers, ...call }) => {
      calls += 1;
      if (calls > callsMax) return { kind: 'failed', reason: 'over_limit', tookMs: 0 };
      const result = await outbound.postSigned({
        ...call,
        ...settings,
        ...{ issuerId: issuer._id, url, signal, isPastCircuit: true, isUncounted: true },
        slotKey: `conformance/${issuer._id}`,
        callsAtOnce: async () => callsAtOnceMax,
        headers: { ...settings.headers, ...headers },
      });
      return result.kind === 'failed' ? { ...result, reason: toldProblem(result.reason) } : result;
    };
  };

  /** Whoever was held for it sells from here on: the same server that has passed, as it is registered now. */
  const letGoLive = async (run: ConformanceRunRow): Promise<void> => {
    const { issuerId, runId } = run;
    const issuer = await issuers.find(issuerId);
    if (!issuer?.isNotLive || !isPlayedAs(issuer, run)) return;
    const at = new Date(nowMs());
    const deed = { action: 'issuer.went_live', target: issuerId, after: { runId } };
    await audit.around({ at, actor: '(conformance)', ...deed }, () => issuers.goLive(issuerId));
  };

  const play = async (run: ConformanceRunRow, prefix: string, signal: AbortSignal): Promise<void> => {
    const { issuerId, runId, url, codeMode, only } = run;
    const end = (state: ConformanceRunRow['state'], more: Pick<ConformanceRunRow, 'results' | 'report'>) =>
      conformance.runs.end(run, prefix, { state, endedAt: new Date(nowMs()), ...more });
    const issuer = await sellerOf(deps, issuerId);
    const isThere = issuer && !issuer.deletedAt && issuer.state !== 'paused' && isPlayedAs(issuer, run);
    // What somebody else wrote is played for nobody.
    if (
      !isThere ||
      !conformance.runs.isUntouched(run) ||
      !mayBeCalled(issuer, await orderDeps.settings.platformLately())
    ) {
      await end('stopped', { results: [] });
      return;
    }
    const kind = url === undefined ? 'pull' : 'url';
    const results = await runConformance({
      ...{ issuerId, codeMode, baseUrl: publicUrl, prefix, only, signal, nowMs, limits: usualLimits[kind] },
      secrets: openSecrets(ring, issuerId, liveSecrets(issuer.secrets, nowMs())),
      fingerprintKey: orderDeps.fingerprintKey,
      store: keptOrders(conformance.orders, ring, issuerId, prefix),
      callback: url === undefined ? { kind: 'pull' } : { kind: 'url', post: postTo(issuer, url, signal) },
      onResult: (result) => void conformance.runs.note(issuerId, runId, prefix, result).catch(() => undefined),
    });
    const isWhole = only === undefined;
    const [key] = await delivery.live();
    const report = isWhole && key ? { report: signedReport(run, results, key, nowMs()) } : {};
    const isPassed = hasPassed(results);
    const isEnded = await end(isPassed ? 'passed' : 'failed', { results, ...report });
    if (isEnded && isPassed && isWhole) await letGoLive(run);
  };

  return {
    playConformance: async ({ issuerId, runId }: ConformanceInput): Promise<void> => {
      const context = activityContext.getStore();
      const run = await conformance.runs.find(issuerId, runId);
      if (!run) throw ApplicationFailure.nonRetryable('there is no such run', 'run_unknown');
      const prefix = newPrefix();
      if (!(await conformance.runs.attempt(issuerId, runId, prefix))) return;
      await sayingAlive(play(run, prefix, context?.cancellationSignal ?? new AbortController().signal));
    },
  };
};
