import { type ConformanceCalls, showConformance } from '../pages-kit/conformance';
import { showConformanceRun } from '../pages-kit/conformance-run';
import { askDialog } from '../pages-kit/dialog';
import { h } from '../pages-kit/dom';
import type { View } from '../pages-kit/view';
import type { IssuerAnswer } from './answers';
import { api, may } from './api';
import { issuerLink } from './parts';

export const conformanceAt = (issuerId: string): string => `#/issuers/${encodeURIComponent(issuerId)}/conformance`;

const calls = (issuerId: string): ConformanceCalls => ({
  at: conformanceAt(issuerId),
  issuer: (signal) => api.issuer(issuerId, signal),
  runs: (signal) => api.conformanceRuns(issuerId, signal),
  run: (runId, signal) => api.conformanceRun(issuerId, runId, signal),
  ...(may('admin') ? { start: (body) => api.startConformance(issuerId, body) } : {}),
});

/** How an issuer's server does against the platform's own scenarios, and what lets it go live. */
export const conformanceView = (view: View): Promise<void> => {
  const [issuerId = ''] = view.params;
  return showConformance(view, calls(issuerId), issuerLink(issuerId), (issuer) =>
    goLiveButton(issuer, () => conformanceView(view)),
  );
};

export const conformanceRunView = (view: View): Promise<void> => {
  const [issuerId = '', runId = ''] = view.params;
  return showConformanceRun(view, calls(issuerId), runId, issuerLink(issuerId));
};

/** Of an admin alone: without a run, for a reason that the audit log keeps. */
export const goLiveButton = (
  { issuerId, state }: Pick<IssuerAnswer, 'issuerId' | 'state'>,
  again: () => Promise<void>,
): HTMLElement | false => {
  const goLive = async (): Promise<void> => {
    const isLive = await askDialog({
      title: `Let ${issuerId} go live?`,
      text: 'Until now it sells products whose id begins with test_ alone.',
      confirm: 'Go live',
      fields: [{ name: 'reason', label: 'Why', kind: 'text', required: true }],
      run: ({ reason }) => api.letGoLive(issuerId, reason),
    });
    if (isLive) await again();
  };
  return (
    state === 'not_live' &&
    may('admin') &&
    h('button', { type: 'button', class: 'primary', onclick: goLive }, 'Go live')
  );
};
