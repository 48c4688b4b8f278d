import type { ConformanceRun } from '../contract/issuer/conformance';
import { spanText } from '../domain/words/span-text';
import { beginRun, type ConformanceCalls, countsText, playedText, runChip } from './conformance';
import { type Child, everyWhileSeen, h, replace } from './dom';
import { heading, line } from './parts';
import { timeTag } from './time';
import type { View } from './view';

type Result = ConformanceRun['results'][number];
type Report = NonNullable<ConformanceRun['report']>;

const lookEveryMs = 2_000;

/** What is to be mended comes first; the rest is folded. */
const groups: readonly { readonly title: string; readonly has: (result: Result) => boolean }[] = [
  { title: 'Failed', has: ({ outcome, required }) => outcome === 'failed' && required },
  { title: 'Hints: failed, and not required', has: ({ outcome, required }) => outcome === 'failed' && !required },
  { title: 'Passed', has: ({ outcome }) => outcome === 'passed' },
  { title: 'Not of this kind, and why', has: ({ outcome }) => outcome === 'skipped' },
];

/** One run: how far it is while it runs, each result, and the signed report. */
export const showConformanceRun = async (
  { root, signal }: View,
  calls: ConformanceCalls,
  runId: string,
  beside: Child = undefined,
): Promise<void> => {
  let run = await calls.run(runId, signal);
  if (signal.aborted) return;
  const [chip, about, report, actions] = [h('span'), h('div'), h('div'), h('div', { class: 'action-row' })];
  const told = h('p', { role: 'status' });
  const results = resultList();

  const draw = (): void => {
    replace(chip, runChip(run.state));
    replace(about, facts(run), run.state === 'running' && progress(run));
    replace(told, sentence(run));
    replace(actions, againButton(calls, run));
    replace(report, run.report && reportCard(run.runId, run.report, signal));
    results.show(run.results);
  };
  draw();
  replace(
    root,
    heading('Conformance run', chip, h('a', { class: 'button', href: calls.at }, 'All runs'), beside),
    h('div', { class: 'stack' }, h('section', { class: 'card' }, about, told, actions), report, results.box),
  );
  if (run.state !== 'running') return;

  const ended = new AbortController();
  everyWhileSeen(lookEveryMs, AbortSignal.any([signal, ended.signal]), async () => {
    try {
      run = await calls.run(runId, signal);
    } catch (error) {
      replace(told, (error as Error).message);
      return;
    }
    if (signal.aborted) return;
    draw();
    if (run.state !== 'running') ended.abort();
  });
};

const sentence = ({ state, only, results, scenarios }: ConformanceRun): string => {
  switch (state) {
    case 'running':
      return `${results.length} of ${scenarios} played.`;
    case 'passed':
      return only
        ? 'No required scenario failed. Some were played alone: that lets nobody go live.'
        : 'No required scenario failed.';
    case 'failed':
      return 'Each that failed says below how it is fixed.';
    case 'stopped':
      return 'It was not played to its end: begin another.';
    default:
      return state satisfies never;
  }
};

const facts = (run: ConformanceRun) => {
  const { by, startedAt, endedAt, counts, state } = run;
  return h(
    'dl',
    { class: 'facts' },
    line('Begun', timeTag(startedAt), ` by ${by}`),
    endedAt !== undefined && line('Took', spanText(Date.parse(endedAt) - Date.parse(startedAt))),
    line('Scenarios', playedText(run)),
    state !== 'stopped' && line('Results', countsText(counts)),
  );
};

const progress = ({ results, scenarios }: ConformanceRun) =>
  h('progress', { max: scenarios, value: results.length, 'aria-label': 'Scenarios played' });

const againButton = (calls: ConformanceCalls, { state, results }: ConformanceRun): Child => {
  const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  return (
    calls.start &&
    state === 'failed' &&
    h('button', { type: 'button', onclick: () => beginRun(calls, failed) }, 'Play those that failed again')
  );
};

/** What one hands on; whoever has it needs nobody of this page to check it. */
const reportCard = (runId: string, { statement, keyId, id, timestamp, signature }: Report, signal: AbortSignal) => {
  const text = JSON.stringify({ statement, keyId, id, timestamp, signature }, null, 2);
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  signal.addEventListener('abort', () => URL.revokeObjectURL(href));
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Signed report'),
    h(
      'p',
      { class: 'soft' },
      'The field signature is an Ed25519 signature of ',
      h('code', {}, '{id}.{timestamp}.{statement}'),
      ', by the key ',
      h('code', { class: 'address' }, keyId),
      ' of ',
      h('code', {}, 'GET /v1/keys'),
      '. A library of Standard Webhooks that knows v1a verifies it, as it does a delivery.',
    ),
    h(
      'div',
      { class: 'action-row' },
      h('a', { class: 'button', href, download: `conformance-${runId}.json` }, 'Download'),
    ),
  );
};

/** One that is being read keeps its place, open or folded, when others come. */
const resultList = () => {
  const shown = groups.map(({ title, has }) => {
    const count = h('span', { class: 'soft' });
    const group = h('details', { class: 'group', hidden: true }, h('summary', {}, h('h2', {}, title, ' ', count)));
    return { has, group, count, cards: new Map<string, HTMLElement>() };
  });
  return {
    box: h(
      'div',
      { class: 'stack' },
      shown.map(({ group }) => group),
    ),
    show: (results: ConformanceRun['results']): void => {
      for (const { has, group, count, cards } of shown) {
        const wanted = new Map(results.filter(has).map((result) => [JSON.stringify(result), result]));
        // Another attempt plays them from the first on.
        for (const [key, card] of cards) {
          if (wanted.has(key)) continue;
          card.remove();
          cards.delete(key);
        }
        for (const [key, result] of wanted) {
          if (cards.has(key)) continue;
          const card = resultCard(result);
          cards.set(key, card);
          group.append(card);
          if (result.outcome === 'failed') group.open = true;
        }
        group.hidden = cards.size === 0;
        replace(count, `${cards.size}`);
      }
    },
  };
};

const resultCard = ({ name, outcome, expected, problem, fix, why, sent, came, tookMs }: Result) =>
  h(
    'details',
    { class: 'card result', open: outcome === 'failed' },
    h('summary', {}, h('code', {}, name), outcome !== 'skipped' && h('span', { class: 'soft' }, spanText(tookMs))),
    h(
      'dl',
      { class: 'facts' },
      line('Expected', expected),
      problem !== undefined && line('But', h('span', { class: 'bad-text' }, problem)),
      fix !== undefined && line('Fix', fix),
      why !== undefined && line('Not played', why),
      sent.length > 0 && line('Sent', lines(sent)),
      came.length > 0 && line('Came', lines(came)),
    ),
  );

const lines = (texts: readonly string[]) =>
  h(
    'ol',
    {},
    texts.map((text) => h('li', {}, h('code', {}, text))),
  );
