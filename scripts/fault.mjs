import { createRequire } from 'node:module';
import { build } from './build.mjs';
import { inProject } from './project.mjs';
import { runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

// `npm run test:fault`: the long form of test/fault. --seed=N --orders=N --minutes=N --folder=DIR; --guards[=NAME].
await runCommand(async () => {
  await setup();
  await build();
  const require = createRequire(import.meta.url);
  require(inProject('test/fault/ts-hook.cjs'));
  require(inProject('test/fault/long.ts'));
});
