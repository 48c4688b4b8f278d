import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './project.mjs';

// `npm run prose`: what a reader would stumble on in the Markdown of the project. `-- FOLDER` looks at another folder.
// Words are counted as `wc -w` does, in blocks of code too; every Markdown file counts.
const wordsMax = 30_000;
const lineMax = 120;
const sentenceWords = 40;
const skipped = new Set(['node_modules', 'dist', 'dist.new', '.data', '.git', 'coverage']);
const topFolders = 'src|workflows|activities|worker|test|bench|docs|scripts|deploy|examples|packages';

// A private word, and the one that every engineer knows. Code is not looked at, nor is what stands in backticks.
const banned = [
  [/\brooms?\b/i, 'folder, module or capacity'],
  [/\bcrowds?\b|\bcrowded\b/i, 'burst, or overload'],
  [/\b(order )?intake\b/i, 'load shedder'],
  [/\bturned away\b/i, 'throttled, or refused'],
  [/\buntold\b/i, 'pending'],
  [/\bmade again\b/i, 'repeated, or reconstructed'],
  [/\bwhat mends\b|\bmends?\b|\bmended\b/i, 'recovery, fix'],
  [/\b(first|last|next|each|every|one|failed|all|between) (try|tries)\b/i, 'attempt'],
  [/\bstand(s|ing)? in line\b|\bfair[- ]line\b/i, 'queue'],
  [/\b(engine|database|workers?|platform|server|provider|part) (is|are|was|were|went|goes) away\b/i, 'unavailable'],
  [/\bnought\b/i, 'zero'],
  [/\bat once in (one|a|each)\b/i, 'concurrently in'],
  [/\bbeside the workflow\b/i, 'in-process'],
  [/\banew\b/i, 'again'],
  [/\bshred(s|ded)?\b/i, 'made unreadable'],
];

function markdownFiles(root, folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : markdownFiles(root, path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

// Each line without its code, or undefined inside of a block of code.
function proseLines(text) {
  let isCode = false;
  return text.split('\n').map((line) => {
    if (line.trimStart().startsWith('```')) {
      isCode = !isCode;
      return undefined;
    }
    return isCode ? undefined : line;
  });
}

const withoutCode = (line) => line.replace(/`[^`]*`/g, '``').replace(/\]\([^)]*\)/g, ']');
const wordsIn = (text) => text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
const isTable = (line) => line.startsWith('|');
// A line of one long word cannot be broken, nor can an address.
const isTooLong = (line) =>
  line.replace(/\]\([^)]*\)/g, ']').length > lineMax &&
  !isTable(line) &&
  !line.startsWith('<') &&
  /\S\s+\S/.test(line.slice(0, lineMax).trim());

function anchorsOf(text) {
  const seen = new Map();
  return proseLines(text)
    .filter((line) => line !== undefined && /^#+ /.test(line))
    .map((line) => {
      const name = line
        .replace(/^#+ /, '')
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-');
      const times = seen.get(name) ?? 0;
      seen.set(name, times + 1);
      return times === 0 ? name : `${name}-${times}`;
    });
}

function deadLink(root, file, target) {
  if (/^[a-z]+:/i.test(target)) return undefined;
  const [path, anchor] = target.split('#');
  const aimed = path === '' ? file : resolve(dirname(file), decodeURI(path));
  if (relative(root, aimed).startsWith('..')) return undefined;
  if (!existsSync(aimed)) return `no such file: ${target}`;
  if (!anchor || !aimed.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(aimed, 'utf8')).includes(anchor) ? undefined : `no such heading: ${target}`;
}

// `src/a/b.ts`, `src/a`, or `src/a/b.ts : name` with the name in the file. Patterns and placeholders are let be.
function deadPath(root, code) {
  const [, path, name] = new RegExp(`^((?:${topFolders})/[\\w./-]+?)/?(?: : (\\w+))?$`).exec(code) ?? [];
  if (path === undefined) return undefined;
  if (!existsSync(join(root, path))) return `no such file: \`${code}\``;
  const isKnown = name === undefined || !statSync(join(root, path)).isFile();
  return isKnown || new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, path), 'utf8'))
    ? undefined
    : `no ${name} in \`${path}\``;
}

function paragraphsOf(lines) {
  const found = [];
  let at;
  lines.forEach((line, n) => {
    const isEnd = line === undefined || line.trim() === '' || /^(#|\||<|!\[)/.test(line);
    const begins = !isEnd && /^\s*([-*]|\d+\.) /.test(line);
    if (isEnd || begins) at = undefined;
    if (isEnd) return;
    if (at) at.text += ` ${line.trim()}`;
    else {
      at = { line: n + 1, text: line.trim() };
      found.push(at);
    }
  });
  return found;
}

// Of the threat model: each row links the test that holds it.
const threatModel = 'docs/security.md';
const isThreats = (heading) => heading.startsWith('Who attacks') || heading === 'What never happens';

function untested(lines) {
  const headings = lines.map((line) => /^## (.*)/.exec(line ?? '')?.[1]);
  const rows = paragraphsOf(lines).filter(
    ({ line, text }) => text.startsWith('- ') && isThreats(headings.slice(0, line).findLast(Boolean) ?? ''),
  );
  if (rows.length === 0) return [{ line: 1, what: 'has no row of who attacks' }];
  return rows
    .filter(({ text }) => !/\]\(\.\.\/test\//.test(text))
    .map(({ line, text }) => ({ line, what: `names no test: "${text.slice(0, 40)}…"` }));
}

function look(root, file) {
  const text = readFileSync(file, 'utf8');
  const lines = proseLines(text);
  const wrong = [];
  const long = [];
  const at = (line, what) => `${relative(root, file)}:${line} ${what}`;
  lines.forEach((line, n) => {
    if (line === undefined) return;
    const words = withoutCode(line);
    for (const [pattern, better] of banned) {
      const hit = pattern.exec(words)?.[0];
      if (hit) wrong.push(at(n + 1, `"${hit}": say ${better}`));
    }
    if (isTooLong(line)) wrong.push(at(n + 1, `${line.length} characters, at most ${lineMax}`));
    for (const [, target] of line.matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
      const dead = deadLink(root, file, target);
      if (dead) wrong.push(at(n + 1, dead));
    }
    for (const [, code] of line.matchAll(/`([^`]+)`/g)) {
      const dead = deadPath(root, code);
      if (dead) wrong.push(at(n + 1, dead));
    }
  });
  if (relative(root, file) === threatModel) wrong.push(...untested(lines).map(({ line, what }) => at(line, what)));
  for (const { line, text: paragraph } of paragraphsOf(lines)) {
    for (const sentence of withoutCode(paragraph).split(/(?<=[.:;!?])\s+/)) {
      const count = wordsIn(sentence);
      if (count > sentenceWords) long.push(at(line, `a sentence of ${count} words: "${sentence.slice(0, 60)}…"`));
    }
  }
  return {
    wrong,
    long,
    words: text.split(/\s+/).filter(Boolean).length,
  };
}

export function prose(root) {
  const looked = markdownFiles(root).map((file) => look(root, file));
  const words = looked.reduce((sum, one) => sum + one.words, 0);
  const wrong = looked.flatMap((one) => one.wrong);
  if (words > wordsMax) wrong.push(`${words} words of Markdown in all, at most ${wordsMax}`);
  return { words, wrong, long: looked.flatMap((one) => one.long) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { words, wrong, long } = prose(process.argv[2] ?? projectRoot);
  for (const line of long) process.stdout.write(`warning: ${line}\n`);
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.stdout.write(`${words} words of ${wordsMax}, ${long.length} long sentences, ${wrong.length} faults\n`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
