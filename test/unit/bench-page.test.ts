import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chartsOf, figuresOf, pageOf, readAll } from '../../bench/report/page';
import { isDefault, readResult, readResults, resultsFolder, setUpWords, writeResult } from '../../bench/report/results';
import { projectFolder } from '../../src/dev/project-folder';

const docs = join(projectFolder, 'docs');
const published = readAll(resultsFolder);

test('docs/performance.md and its pictures say what bench/results holds; `npm run bench:report` makes them', () => {
  expect(readFileSync(join(docs, 'performance.md'), 'utf8')).toBe(pageOf(published));
  const pictures = chartsOf(published);
  expect(Object.keys(pictures).length).toBeGreaterThan(0);
  for (const [name, svg] of Object.entries(pictures))
    expect(readFileSync(join(docs, 'images', `performance-${name}.svg`), 'utf8')).toBe(svg);
});

test('every section of figures names its engine and database, the default one before all others', () => {
  const folder = mkdtempSync(join(projectFolder, '.data', 'results-'));
  try {
    const run = published.compare.at(-1);
    if (!run) throw new Error('no run is kept');
    for (const [engine, database] of [
      ['postgres', 'mongod'],
      ['dev', 'secantusd-rs'],
      ['dev', 'secantusdb'],
    ] as const)
      writeResult(folder, 'compare', { engine, database }, run.found);
    const runs = readResults(folder, 'compare').map(({ setUp }) => setUpWords(setUp));
    expect(runs).toEqual([
      'dev server, SecantusDB',
      "dev server, SecantusDB's Rust build",
      'Temporal on PostgreSQL, MongoDB',
    ]);
    const sections = figuresOf(readAll(folder)).match(/^## .*/gm);
    expect(sections).toEqual(runs.map((words) => `## Beside a bare order: ${words}`));
    expect(pageOf(readAll(folder))).not.toContain('has no kept run yet');
    expect(readResult(folder, 'growth', { engine: 'dev', database: 'secantusdb' })).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the page says it where the default set-up was not measured', () => {
  const others = { ...published, compare: published.compare.filter(({ setUp }) => !isDefault(setUp)) };
  expect(pageOf(others)).toContain('has no kept run yet');
});

test('a run in which an order was lost says that none of its figures counts', () => {
  const [run] = published.compare;
  if (!run) throw new Error('no run is kept');
  const [first, ...rounds] = run.found.rounds;
  const [one, ...measured] = first?.measured ?? [];
  if (!first || !one) throw new Error('nothing was measured');
  const lost = { ...one, endings: { ...one.endings, deliveredOnce: one.endings.accepted - 1 } };
  const found = { ...run.found, rounds: [{ ...first, measured: [lost, ...measured] }, ...rounds] };
  const results = { ...published, compare: [{ ...run, found }] };
  expect(`${pageOf(results)}${figuresOf(results)}`.match(/none\s+of\s+these\s+figures\s+counts/g)).toHaveLength(2);
});
