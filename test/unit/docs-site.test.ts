import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, posix } from 'node:path';

const root = join(__dirname, '..', '..');
const out = mkdtempSync(join(tmpdir(), 'docs-site-'));
let files: Set<string>;

beforeAll(() => {
  const write =
    "const { writeDocs } = require('./dist/src/docs-site/write-docs.js'); writeDocs(...process.argv.slice(1))";
  execFileSync(process.execPath, ['-e', write, root, out, 'static'], { cwd: root });
  files = new Set(
    readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.join(entry.parentPath.slice(out.length + 1).replaceAll('\\', '/'), entry.name)),
  );
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(out, name), 'utf8');
const idsOf = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));

test('the static site has no dead link, and none that leaves its folder', () => {
  const dead: string[] = [];
  for (const name of [...files].filter((one) => extname(one) === '.html')) {
    for (const [, link = ''] of read(name).matchAll(/ (?:href|src)="([^"]+)"/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', hash] = link.split('#');
      const target = path === '' ? name : posix.join(dirname(name), path);
      if (!files.has(target)) dead.push(`${name}: ${link}`);
      else if (hash !== undefined && !idsOf(read(target)).has(decodeURIComponent(hash))) dead.push(`${name}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
  expect([...files]).toEqual(expect.arrayContaining(['index.html', 'docs/quickstart.html', 'docs/quickstart.md']));
});

test('the viewer fetches no logo of its maker', () => {
  expect(read('docs/assets/redoc.js')).not.toContain('cdn.redoc.ly');
});

test('what a Markdown page links to is Markdown that is there', () => {
  for (const name of [...files].filter((one) => extname(one) === '.md')) {
    for (const [, link = ''] of read(name).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
      const path = posix.join(dirname(name), link);
      const isThere = /^https?:/.test(link) || files.has(path) || files.has(`${path}.html`);
      expect([name, link, isThere]).toEqual([name, link, true]);
    }
  }
});

test('the search finds sections whose page and heading are there', () => {
  const sections = JSON.parse(read('docs/assets/search.json')) as { page: string; anchor: string; text: string }[];
  expect(sections.length).toBeGreaterThan(200);
  for (const { page, anchor } of sections) {
    expect([page, anchor, idsOf(read(`${page}.html`)).has(anchor)]).toEqual([page, anchor, true]);
  }
});
