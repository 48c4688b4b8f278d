import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { inProject } from './project.mjs';
import { runCommand } from './screen.mjs';

// `npm run check`: openapi.json holds to the rules that Redocly recommends, its warnings too.
await runCommand(async () => {
  const found = await lintFromString({
    source: readFileSync(inProject('openapi.json'), 'utf8'),
    absoluteRef: 'openapi.json',
    config: await createConfig({ extends: ['recommended'] }),
  });
  for (const { severity, ruleId, message, location } of found)
    process.stderr.write(`${severity} ${ruleId} ${location[0]?.pointer ?? ''}: ${message}\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
});
