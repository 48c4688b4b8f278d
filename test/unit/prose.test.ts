import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';

const folders: string[] = [];

/** What the check says of a folder with these files. */
const proseOf = (files: Readonly<Record<string, string>>): { status: number | null; lines: string[] } => {
  const folder = mkdtempSync(join(projectFolder, '.data', 'prose-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const script = join(projectFolder, 'scripts', 'prose.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', timeout: 10_000 });
  return { status, lines: stdout.trim().split('\n').slice(0, -1) };
};

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test('a page that a reader understands, with links and paths that exist, passes', () => {
  const files = {
    'README.md': `# Title\n\nSee \`src/a.ts : made\`, [it](https://example.org/${'a'.repeat(120)}) and [the part](docs/a.md#the-second-part).\n`,
    'docs/a.md': '# A\n\n## The second part\n',
    'src/a.ts': 'export const made = 1;\n',
  };
  expect(proseOf(files)).toEqual({ status: 0, lines: [] });
});

test.each([
  ['a private word', 'It is turned away.', '"turned away": say throttled, or refused'],
  ['a long line', `${'word '.repeat(30)}end`, '153 characters, at most 120'],
  ['a link to no file', 'See [it](missing.md).', 'no such file: missing.md'],
  ['a link to no heading', 'See [it](#missing).', 'no such heading: #missing'],
  ['a path to no file', 'See `src/missing.ts`.', 'no such file: `src/missing.ts`'],
  ['a name that its file lacks', 'See `src/a.ts : missing`.', 'no missing in `src/a.ts`'],
])('%s is said with its place', (_what, text, said) => {
  const { status, lines } = proseOf({ 'README.md': `# Title\n\n${text}\n`, 'src/a.ts': '' });
  expect(status).toBe(1);
  expect(lines).toEqual([`README.md:3 ${said}`]);
});

test('each row of the threat model names the test that holds it, and it is there', () => {
  const row = (name: string, test: string) => `- **${name}**, somewhere: [stopped](${test})\n`;
  const told = (rows: string) =>
    proseOf({ 'docs/security.md': `# T\n\n## Who attacks\n\n${rows}\n## Later\n\n- free\n`, 'test/a.test.ts': '' });
  expect(told(row('a', '../test/a.test.ts'))).toEqual({ status: 0, lines: [] });
  expect(told(`${row('a', '../test/a.test.ts')}${row('b', '#t')}`).lines).toEqual([
    'docs/security.md:6 names no test: "- **b**, somewhere: [stopped](#t)…"',
  ]);
  expect(told(row('a', '../test/gone.test.ts')).lines).toEqual([
    'docs/security.md:5 no such file: ../test/gone.test.ts',
  ]);
  expect(told('').lines).toEqual(['docs/security.md:1 has no row of who attacks']);
});

test('code is not read as prose, and a table may be wide', () => {
  const text = `\`turned away\`\n\n\`\`\`\nturned away ${'x '.repeat(90)}\n\`\`\`\n\n| ${'wide '.repeat(40)} |\n`;
  expect(proseOf({ 'README.md': text })).toEqual({ status: 0, lines: [] });
});

test('more words than somebody would read are too many', () => {
  const { status, lines } = proseOf({ 'README.md': 'word |\n'.repeat(15_000).concat('word\n') });
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('30001 words of Markdown in all, at most 30000');
});
