import { createRequire } from 'node:module';
import { build, buildFolders } from './build.mjs';
import { inProject } from './project.mjs';
import { runCommand, step } from './screen.mjs';
import { setup } from './setup.mjs';

// `npm run bench:growth`: what becomes of the platform as something grows; `-- --only=burst` for one piece.
await runCommand(async () => {
  await setup();
  await build();
  await step('Building the bench', () => buildFolders(['test/bench', 'test/fault']));
  const main = inProject('dist/test/bench/growth/main.js');
  process.argv.splice(1, 1, main);
  createRequire(import.meta.url)(main);
});
