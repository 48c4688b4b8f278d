import type { ConformanceRun } from '../../src/contract/issuer/conformance';
import { type ConformanceCalls, showConformance } from '../../src/pages-kit/conformance';
import { showConformanceRun } from '../../src/pages-kit/conformance-run';
import { h } from '../../src/pages-kit/dom';
import { until } from '../support/until';
import { page } from './page';

type Result = ConformanceRun['results'][number];

const result = (name: string, more: Partial<Result> = {}): Result => ({
  ...{ name, outcome: 'passed', required: true, sent: [], came: [], expected: `${name} is done`, tookMs: 5 },
  ...more,
});
const wrong = result('signature-old', {
  ...{ outcome: 'failed', problem: 'the answer was 204', fix: 'Refuse what is old.' },
  ...{ sent: ['order.paid conform-1'], came: ['204 after 3 ms'] },
});
const hint = result('byte-order-mark', { outcome: 'failed', required: false, problem: 'it was 400' });

const run = (state: ConformanceRun['state'], results: readonly Result[] = [], more: Partial<ConformanceRun> = {}) => ({
  ...{ runId: 'r1', state, by: 'acme: ann', startedAt: '2026-01-01T00:00:00.000Z', scenarios: 4, results },
  counts: { passed: 0, failed: 0, hints: 0, skipped: 0 },
  ...more,
});

const calls = (more: Partial<ConformanceCalls> = {}): ConformanceCalls => ({
  at: '#/conformance',
  issuer: async () => ({ issuerId: 'acme', state: 'not_live', callback: { kind: 'url', url: 'https://issuer.test/' } }),
  runs: async () => ({ data: [] }),
  run: async () => run('running'),
  start: async () => run('running'),
  ...more,
});

const opened = () => {
  const left = new AbortController();
  return { root: h('main'), params: [], query: new URLSearchParams(), signal: left.signal, left };
};
const buttons = (root: HTMLElement) => [...root.querySelectorAll('button')].map(({ textContent }) => textContent);

test('a test issuer is not said to be live', async () => {
  const view = opened();
  const state = 'active' as const;
  const issuerId = 'test-0123456789abcdef0123';
  const issuer = async () => ({ issuerId, state, callback: { kind: 'url' as const, url: 'https://issuer.test/' } });
  await showConformance(view, calls({ issuer }));
  expect(view.root.textContent).toContain('A test issuer sells test orders alone');
  expect(view.root.textContent).not.toContain('It is live');
  view.left.abort();
});

test('an issuer that is not live is told what that needs, and who may begins a run of those that were named', async () => {
  const view = opened();
  const begun: object[] = [];
  const { only, ...given } = run('running');
  const runs = async () => ({ data: [{ ...given, state: 'failed' as const, only: ['echo'] }] });
  const start: ConformanceCalls['start'] = async (body) => {
    begun.push(body);
    return run('running');
  };
  await showConformance(view, calls({ runs, start }), undefined, () => h('button', {}, 'Go live'));
  expect(view.root.textContent).toContain('Not live');
  expect(view.root.textContent).toContain('a run of all scenarios in which no required one fails');
  expect(view.root.querySelector('tbody')?.textContent).toMatch(/Failed.*4 alone.*0 passed.*acme: ann/);
  expect(buttons(view.root)).toEqual(['Begin a run', 'Go live']);
  for (const names of ['', 'paid-verified\n echo ']) {
    view.root.querySelector('button')?.click();
    const dialog = page.document.querySelector('dialog');
    if (dialog) (dialog.querySelector('textarea') as unknown as HTMLTextAreaElement).value = names;
    dialog?.querySelector('form')?.dispatchEvent(new page.Event('submit', { cancelable: true }));
    await until('it is begun', () => page.document.querySelector('dialog') === null);
    expect(page.location.hash).toBe('#/conformance/r1');
  }
  expect(begun).toEqual([{}, { only: ['paid-verified', 'echo'] }]);
  view.left.abort();
});

test.each([
  ['who reads alone', { start: undefined }, 'an admin begins a run'],
  [
    'an issuer that is a function',
    { issuer: async () => ({ state: 'not_live', callback: { kind: 'function', name: 'shop' } }) },
    'this is a function of the platform',
  ],
  [
    'one that is paused',
    { issuer: async () => ({ state: 'paused', callback: { kind: 'url', url: 'https://issuer.test/' } }) },
    'While it is paused no run begins',
  ],
] as const)('%s is offered no run, and told why', async (_who, more, why) => {
  const view = opened();
  const { start, ...others } = { ...calls(), ...more } as ConformanceCalls;
  await showConformance(view, start ? { ...others, start } : others);
  expect(view.root.textContent).toContain(why);
  expect(buttons(view.root)).toEqual([]);
  view.left.abort();
});

test('an issuer that fetches its messages is offered a run', async () => {
  const view = opened();
  await showConformance(
    view,
    calls({ issuer: async () => ({ issuerId: 'acme', state: 'not_live', callback: { kind: 'pull' } }) }),
  );
  expect(buttons(view.root)).toEqual(['Begin a run']);
  view.left.abort();
});

test('what failed comes first and open, with all that mends it; the rest is folded; an ended run is asked for no more', async () => {
  const view = opened();
  const report = { statement: '{}', keyId: 'delivery-1', id: 'conformance_r1', timestamp: 1, signature: 'v1a,x' };
  const answers = [
    run('running', [result('echo')]),
    run('running', [result('echo'), wrong]),
    run(
      'failed',
      [wrong, hint, result('echo'), result('codes-three', { outcome: 'skipped', why: 'of another kind' })],
      { report },
    ),
  ];
  let asked = 0;
  const read = async () => {
    asked += 1;
    return answers[asked - 1] ?? run('stopped');
  };
  await showConformanceRun(view, calls({ run: read }), 'r1');
  expect(view.root.querySelector('[role=status]')?.textContent).toBe('1 of 4 played.');
  expect(view.root.querySelector('progress')?.value).toBe(1);
  const first = view.root.querySelector('.result');
  first?.setAttribute('open', '');
  await until('it is over', () => view.root.textContent?.includes('Each that failed'));
  await page.happyDOM.waitUntilComplete();
  expect(asked).toBe(3);
  const groups = [...view.root.querySelectorAll('details.group')].map((group) => [
    group.querySelector('h2')?.textContent,
    group.hasAttribute('open'),
  ]);
  expect(groups).toEqual([
    ['Failed 1', true],
    ['Hints: failed, and not required 1', true],
    ['Passed 1', false],
    ['Not of this kind, and why 1', false],
  ]);
  const shown = [...view.root.querySelectorAll<HTMLDetailsElement>('details.result')];
  expect(shown.map(({ open, textContent }) => [textContent?.split(/\d|Expected/)[0], open])).toEqual([
    ['signature-old', true],
    ['byte-order-mark', true],
    ['echo', true],
    ['codes-three', false],
  ]);
  expect(shown[3]?.textContent).toContain('of another kind');
  // It was opened while the run went on.
  expect(shown[2]).toBe(first);
  for (const text of ['signature-old is done', 'the answer was 204', 'Refuse what is old.', 'order.paid conform-1'])
    expect(shown[0]?.textContent).toContain(text);
  expect(buttons(view.root)).toEqual(['Play those that failed again']);
  const file = view.root.querySelector('a[download]');
  expect(await (await fetch(file?.getAttribute('href') ?? '')).json()).toEqual(report);
  view.left.abort();
});

test('a page that is left asks no more how far its run is', async () => {
  const view = opened();
  let asked = 0;
  const read = async () => {
    asked += 1;
    return run('running');
  };
  await showConformanceRun(view, calls({ run: read }), 'r1');
  await until('it is asked for again', () => asked > 1);
  view.left.abort();
  const before = asked;
  await page.happyDOM.waitUntilComplete();
  expect(asked).toBe(before);
});
