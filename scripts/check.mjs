import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { inProject, projectRoot } from './project.mjs';
import { runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

// Each is also a script of package.json; run by path, so that neither npm nor a shell stands between.
const checks = [
  { name: 'lock file', script: 'scripts/lock-file.mjs', args: [] },
  { name: 'build', script: 'scripts/build.mjs', args: [] },
  { name: 'lint', script: 'node_modules/@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
  {
    name: 'boundaries',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    args: [
      '--config',
      '.dependency-cruiser.cjs',
      'src',
      'packages',
      'workflows',
      'activities',
      'worker',
      'test',
      'bench',
    ],
  },
  { name: 'folder sizes', script: 'scripts/folder-sizes.mjs', args: [] },
  { name: 'knip', script: 'node_modules/knip/bin/knip.js', args: [] },
  { name: 'generated docs', script: 'scripts/generated-docs.mjs', args: ['--check'] },
  { name: 'openapi.json', script: 'scripts/lint-openapi.mjs', args: [] },
  { name: 'prose', script: 'scripts/prose.mjs', args: [] },
];
const limitMs = 5 * 60_000;

function passes({ name, script, args }) {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [inProject(script), ...args], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    });
    const said = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => said.push(chunk));
    child.once('close', (code) => {
      const took = `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
      process.stderr.write(`${code === 0 ? '✓' : '✗'} ${name} (${took})\n`);
      if (code !== 0) process.stderr.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });
}

// The checks of the house that need no server: the test command counts each as one test.
export async function houseChecks() {
  let passed = 0;
  for (const check of checks) if (await passes(check)) passed += 1;
  return { passed, failed: checks.length - passed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    await setup();
    const { failed } = await houseChecks();
    process.exitCode = failed > 0 ? 1 : 0;
  });
}
