#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inProject } from './project.mjs';
import { runCommand } from './screen.mjs';

// `npx codeferry`: in a clone it is set up and built like every other command; an installed package has its dist.
await runCommand(async () => {
  if (existsSync(inProject('src'))) {
    const { setup } = await import('./setup.mjs');
    const { build } = await import('./build.mjs');
    await setup();
    await build();
  }
  createRequire(import.meta.url)(inProject('dist', 'src', 'cli', 'main.js'));
});
