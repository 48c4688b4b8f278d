import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { underLock } from './lock.mjs';
import { inProject, npmCommand, projectRoot } from './project.mjs';
import { CannotGoOn, step } from './screen.mjs';

const saidMax = 1_500;
const oldestNode = [20, 19, 0];

export function checkNode(version = process.versions.node) {
  const parts = version.split('.').map(Number);
  const differs = oldestNode.findIndex((part, index) => parts[index] !== part);
  if (differs >= 0 && parts[differs] < oldestNode[differs]) {
    throw new CannotGoOn(`Codeferry needs Node ${oldestNode.join('.')} or newer; this is ${version}.`);
  }
}

// npm writes its own list of what it installed as the last act of an install, so an interrupted one has none.
function packagesAreInstalled() {
  const installedList = inProject('node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return false;
  const installed = JSON.parse(readFileSync(installedList, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([folder, entry]) =>
      folder === '' || installed[folder]?.version === entry.version || (!installed[folder] && entry.optional),
  );
}

/** `what` is said when it fails. */
export function npmCi(folder, what, options) {
  const { command, args, shell } = npmCommand(['ci', ...options, '--no-audit', '--no-fund', '--loglevel=error']);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, shell, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(0, saidMax);
    });
    child.once('error', () => reject(new CannotGoOn('npm was not found; it comes with Node.')));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new CannotGoOn(`Installing ${what} failed:\n${said}`)),
    );
  });
}

// First thing of every command: what the others need is there afterwards.
export async function setup() {
  checkNode();
  if (packagesAreInstalled()) return;
  await underLock('setup', async () => {
    if (packagesAreInstalled()) return;
    await step('Installing the packages (first run, or the lock file changed)', () =>
      npmCi(projectRoot, 'the packages', ['--include=dev']),
    );
  });
}
