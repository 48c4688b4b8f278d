import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from './project.mjs';

// Beside the import rules: a folder that holds much of the source has more than one reason to change.
const shareMax = 0.15;

const linesIn = (path) =>
  readdirSync(path, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .reduce((sum, name) => sum + readFileSync(join(path, name), 'utf8').split('\n').length - 1, 0);

function folderShares() {
  const folders = [
    ...readdirSync(inProject('src'), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [`src/${entry.name}`] : [],
    ),
    'packages/issuer',
    'workflows',
    'activities',
    'worker',
  ].map((folder) => ({ folder, lines: linesIn(inProject(folder)) }));
  const all = folders.reduce((sum, { lines }) => sum + lines, 0);
  return folders.map((one) => ({ ...one, share: one.lines / all })).sort((a, b) => b.share - a.share);
}

const shares = folderShares();
for (const { folder, lines, share } of shares.slice(0, 5))
  process.stdout.write(`${(share * 100).toFixed(1).padStart(5)} % ${folder}, ${lines} lines\n`);
const large = shares.filter(({ share }) => share >= shareMax);
for (const { folder } of large) process.stdout.write(`${folder} holds ${shareMax * 100} % of the lines or more\n`);
process.exitCode = large.length > 0 ? 1 : 0;
