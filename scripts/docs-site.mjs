import { createRequire } from 'node:module';
import { build } from './build.mjs';
import { inProject, projectRoot } from './project.mjs';
import { runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

// `npm run docs-site`: the pages of `/docs` for any web server, in dist/docs-site.
const out = inProject('dist/docs-site');

await runCommand(async () => {
  await setup();
  await build();
  const { writeDocs } = createRequire(import.meta.url)(inProject('dist/src/docs-site/write-docs.js'));
  writeDocs(projectRoot, out, 'static');
  process.stdout.write(`${out}\n`);
});
