import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build, buildFolders } from './build.mjs';
import { inProject } from './project.mjs';
import { runCommand, step } from './screen.mjs';
import { npmCi, setup } from './setup.mjs';

const bench = inProject('bench');

// The peers' packages are no dependency of the project: bench has a lock file and a node_modules of its own.
async function installPeers() {
  const lock = createHash('sha256')
    .update(readFileSync(`${bench}/package-lock.json`))
    .digest('hex');
  const stamp = `${bench}/node_modules/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  await step("Installing the peers' packages", () => npmCi(bench, "the peers' packages", ['--ignore-scripts']));
  writeFileSync(stamp, lock);
}

// `npm run bench:peers`: the platform, a bare Temporal order and four peers, measured and killed; see bench/peers/README.md.
await runCommand(async () => {
  await setup();
  await build();
  await installPeers();
  await step('Building the bench', () => buildFolders(['bench', 'test/fault']));
  const main = inProject('dist/bench/peers/run/main.js');
  process.argv.splice(1, 1, main);
  createRequire(import.meta.url)(main);
});
