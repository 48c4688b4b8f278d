import { createRequire } from 'node:module';
import { build, buildFolders } from './build.mjs';
import { inProject } from './project.mjs';
import { runCommand, step } from './screen.mjs';
import { setup } from './setup.mjs';

// `npm run bench`: the platform beside a bare Temporal order, measured; `-- --short` for every day.
// `npm run bench:growth`: what becomes of it as something grows; `-- --only=burst` for one piece.
// `npm run bench:report`: docs/performance.md from bench/results, and every figure printed.
const mains = {
  compare: 'dist/bench/compare/main.js',
  growth: 'dist/bench/growth/main.js',
  report: 'dist/bench/report/main.js',
};

await runCommand(async () => {
  await setup();
  await build();
  await step('Building the bench', () => buildFolders(['bench', 'test/fault']));
  const main = inProject(mains[process.argv[2]]);
  process.argv.splice(1, 2, main);
  createRequire(import.meta.url)(main);
});
