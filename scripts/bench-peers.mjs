import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build, buildFolders } from './build.mjs';
import { inProject, npmCommand } from './project.mjs';
import { CannotGoOn, runCommand, step } from './screen.mjs';
import { setup } from './setup.mjs';

const peers = inProject('bench', 'peers');
const saidMax = 1_500;

// The peers' packages are no dependency of the project: they have a lock file and a node_modules of their own.
async function installPeers() {
  const lock = createHash('sha256')
    .update(readFileSync(`${peers}/package-lock.json`))
    .digest('hex');
  const stamp = `${peers}/node_modules/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  await step("Installing the peers' packages", () => npmCi());
  writeFileSync(stamp, lock);
}

function npmCi() {
  const { command, args, shell } = npmCommand([
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: peers, shell, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(0, saidMax);
    });
    child.once('error', () => reject(new CannotGoOn('npm was not found; it comes with Node.')));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new CannotGoOn(`Installing the peers' packages failed:\n${said}`)),
    );
  });
}

// `npm run bench:peers`: the platform, a bare Temporal order and four peers, measured and killed; see bench/peers/README.md.
await runCommand(async () => {
  await setup();
  await build();
  await installPeers();
  await step('Building the bench', () => buildFolders(['test/bench', 'test/fault', 'bench/peers/run']));
  const main = inProject('dist/bench/peers/run/main.js');
  process.argv.splice(1, 1, main);
  createRequire(import.meta.url)(main);
});
