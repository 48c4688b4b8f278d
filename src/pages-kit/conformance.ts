import type { ConformanceRun, listConformance } from '../contract/issuer/conformance';
import type { readSelf } from '../contract/issuer/self';
import type { startConformanceOf } from '../contract/operator/conformance';
import type { GivenBody, WrittenBody } from '../contract/route';
import { isTestIssuer } from '../domain/ids';
import { askDialog } from './dialog';
import { type Child, h, replace } from './dom';
import { type Column, empty, heading, issuerStateChip, pagedTable } from './parts';
import { agoText, timeTag } from './time';
import type { View } from './view';

type Issuer = Pick<GivenBody<typeof readSelf>, 'issuerId' | 'state' | 'callback'>;
type Runs = GivenBody<typeof listConformance>;
export type RunSummary = Runs['data'][number];

/** How a page asks: its issuer's own calls, or an operator's. */
export interface ConformanceCalls {
  /** Where the view is; a run stands below it. */
  readonly at: string;
  readonly issuer: (signal: AbortSignal) => Promise<Issuer>;
  readonly runs: (signal: AbortSignal) => Promise<Runs>;
  readonly run: (runId: string, signal: AbortSignal) => Promise<ConformanceRun>;
  /** Left out where one may only read. */
  readonly start?: (body: WrittenBody<typeof startConformanceOf>) => Promise<ConformanceRun>;
}

const tones = { running: 'go', passed: 'good', failed: 'bad', stopped: 'off' } as const;
const stateWords: Readonly<Record<RunSummary['state'], string>> = {
  running: 'Running',
  passed: 'Passed',
  failed: 'Failed',
  stopped: 'Stopped',
};

export const runChip = (state: RunSummary['state']) => h('span', { class: `chip ${tones[state]}` }, stateWords[state]);

export const countsText = ({ passed, failed, hints, skipped }: RunSummary['counts']): string =>
  `${passed} passed, ${failed} failed, ${hints} hints, ${skipped} not of this kind`;

export const playedText = ({ only, scenarios }: Pick<RunSummary, 'only' | 'scenarios'>): string =>
  only ? `${scenarios} alone` : `all ${scenarios}`;

/** Asks which scenarios, none chosen are all, and goes to the run that was begun. */
export const beginRun = async ({ at, start }: ConformanceCalls, chosen: readonly string[] = []): Promise<void> => {
  if (!start) return;
  const begun = await askDialog({
    title: 'Begin a run?',
    text: 'The platform sends some hundred messages, or has them fetched, about orders whose number begins with conform- and whose product begins with test_. Take them as real ones, with codes that are worth nothing.',
    confirm: 'Begin',
    fields: [
      {
        name: 'only',
        label: 'Scenarios',
        kind: 'lines',
        value: chosen.join('\n'),
        help: 'Their names, one a line; left empty: all. Only a run of all lets an issuer go live.',
      },
    ],
    run: ({ only }) => {
      const names = String(only).split(/\s+/).filter(Boolean);
      return start(names.length > 0 ? { only: names } : {});
    },
  });
  if (begun && begun !== true) location.hash = `${at}/${encodeURIComponent(begun.runId)}`;
};

/** A function of the platform itself has no server. */
const isPlayed = ({ callback }: Issuer): boolean => callback.kind !== 'function';

const needs = (issuer: Issuer, mayStart: boolean): Child => {
  const { issuerId, state } = issuer;
  return [
    state === 'not_live' && [
      h('p', {}, 'Until it goes live, only products whose id begins with test_ are sold.'),
      h(
        'p',
        {},
        'It goes live by a run of all scenarios in which no required one fails, or by an admin of the platform.',
      ),
    ],
    state === 'active' &&
      h(
        'p',
        {},
        isTestIssuer(issuerId)
          ? 'A test issuer sells test orders alone, and never goes live: an operator makes the live one.'
          : 'It is live: every product is sold. A run changes nothing of that.',
      ),
    state === 'paused' && h('p', {}, 'While it is paused no run begins.'),
    !isPlayed(issuer) &&
      h('p', {}, 'A run is played with a server that is called or fetches, and this is a function of the platform.'),
    isPlayed(issuer) && !mayStart && h('p', { class: 'soft' }, 'Your role reads only: an admin begins a run.'),
  ];
};

const columns = (at: string): readonly Column<RunSummary>[] => [
  {
    name: 'Begun',
    lead: true,
    cell: ({ runId, startedAt }) =>
      h('a', { href: `${at}/${encodeURIComponent(runId)}` }, timeTag(startedAt, agoText(startedAt))),
  },
  { name: 'State', state: true, cell: ({ state }) => runChip(state) },
  { name: 'Scenarios', named: true, cell: playedText },
  { name: 'Results', wide: true, cell: ({ counts }) => countsText(counts) },
  { name: 'By', end: true, named: true, cell: ({ by }) => by },
];

/** Whether an issuer is live, what that needs, and its newest runs; `more` beside the button is the page's own. */
export const showConformance = async (
  { root, signal }: View,
  calls: ConformanceCalls,
  beside: Child = undefined,
  more: (issuer: Issuer) => Child = () => undefined,
): Promise<void> => {
  const [issuer, list] = await Promise.all([
    calls.issuer(signal),
    pagedTable(
      'Runs, newest first',
      columns(calls.at),
      () => calls.runs(signal),
      empty('No run yet', 'A run is kept for 90 days.'),
      signal,
    ),
  ]);
  if (signal.aborted) return;
  const canBegin = calls.start && isPlayed(issuer) && issuer.state !== 'paused';
  replace(
    root,
    heading('Conformance', beside),
    h(
      'div',
      { class: 'stack' },
      h(
        'section',
        { class: 'card' },
        h('h2', {}, 'Going live ', issuerStateChip(issuer.state)),
        needs(issuer, calls.start !== undefined),
        h(
          'div',
          { class: 'action-row' },
          canBegin && h('button', { type: 'button', class: 'primary', onclick: () => beginRun(calls) }, 'Begin a run'),
          more(issuer),
        ),
      ),
      h('section', {}, h('h2', {}, 'Runs'), list),
    ),
  );
};
