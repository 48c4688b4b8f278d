import { type ConformanceCalls, showConformance } from '../pages-kit/conformance';
import { showConformanceRun } from '../pages-kit/conformance-run';
import type { View } from '../pages-kit/view';
import { api, isAdmin } from './api';

export const conformanceAt = '#/conformance';

const calls = (): ConformanceCalls => ({
  at: conformanceAt,
  issuer: api.self,
  runs: api.conformanceRuns,
  run: api.conformanceRun,
  ...(isAdmin() ? { start: api.startConformance } : {}),
});

/** How the issuer's server does against the platform's own scenarios, and what lets it go live. */
export const conformanceView = (view: View): Promise<void> => showConformance(view, calls());

export const conformanceRunView = (view: View): Promise<void> =>
  showConformanceRun(view, calls(), view.params[0] ?? '');
