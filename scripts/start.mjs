import { createRequire } from 'node:module';
import { build, buildFolders } from './build.mjs';
import { inProject } from './project.mjs';
import { runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

// `npm start`, `npm run api`, `npm run worker`, `npm run simulator`, `npm run engine:postgres`: the process itself runs here, so a signal reaches it and not a parent of it.
const mains = {
  all: 'dist/src/dev/start.js',
  api: 'dist/src/main.js',
  worker: 'dist/worker/main.js',
  simulator: 'dist/src/simulator/main.js',
  'engine-postgres': 'dist/bench/engine/engine-postgres.js',
};

await runCommand(async () => {
  await setup();
  await build();
  const name = process.argv[2] ?? 'all';
  if (name === 'engine-postgres') await buildFolders(['bench/engine']);
  const main = inProject(mains[name]);
  process.argv.splice(1, 2, main);
  createRequire(import.meta.url)(main);
});
