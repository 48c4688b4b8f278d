import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { houseChecks } from './check.mjs';
import { chromiumPath } from './chromium.cjs';
import { inProject, projectRoot } from './project.mjs';
import { runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

const limitMs = 85 * 60_000;
const lingerMs = 15_000;
const pollMs = 500;
const stopMs = 5_000;

const startedMs = Date.now();

// Resolves when jest has ended. One that has reported but does not exit, or is past the limit, is ended.
function runJest(args, resultFile) {
  return new Promise((resolve) => {
    const jest = spawn(
      process.execPath,
      [inProject('node_modules/jest/bin/jest.js'), '--json', `--outputFile=${resultFile}`, ...args],
      { cwd: projectRoot, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const end = () => {
      jest.kill('SIGTERM');
      setTimeout(() => jest.kill('SIGKILL'), stopMs).unref();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        end();
        process.exitCode = 130;
      });
    }
    let reportedMs;
    const watch = setInterval(() => {
      if (reportedMs === undefined && existsSync(resultFile)) reportedMs = Date.now();
      if (reportedMs !== undefined && Date.now() - reportedMs > lingerMs) {
        process.stderr.write('Jest reported but did not exit: a test leaves something open.\n');
        end();
      }
      if (Date.now() - startedMs > limitMs) {
        process.stderr.write(`The tests took more than ${limitMs / 60_000} minutes and were ended.\n`);
        end();
      }
    }, pollMs);
    jest.once('exit', (code) => {
      clearInterval(watch);
      resolve(code);
    });
  });
}

// Each run of jest has a result of its own.
async function testsOf(folder, name, args) {
  const resultFile = join(folder, `${name}.json`);
  return countsOf(resultFile, await runJest(args, resultFile));
}

function countsOf(resultFile, exitCode) {
  if (!existsSync(resultFile)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(resultFile, 'utf8'));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    // Whatever made jest fail without a failed test, such as the servers' start, counts as one.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

// The fault suite runs its own processes and takes both cores, so nothing runs beside it.
const faultFolder = '/test/fault/';

// `npm test`: the house checks, then every test. `npm test -- FILTER`: only jest, with what follows.
await runCommand(async () => {
  await setup();
  const jestArgs = process.argv.slice(2);
  const checks = jestArgs.length === 0 ? await houseChecks() : { passed: 0, failed: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'codeferry-result-'));
  const runs =
    jestArgs.length > 0
      ? { named: jestArgs }
      : { others: [`--testPathIgnorePatterns=${faultFolder}`], fault: [`--testPathPatterns=${faultFolder}`] };
  const counts = [checks];
  for (const [name, args] of Object.entries(runs)) {
    if (process.exitCode === undefined) counts.push(await testsOf(folder, name, args));
  }
  rmSync(folder, { recursive: true, force: true });
  const sum = (what) => counts.reduce((total, count) => total + (count[what] ?? 0), 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  if (!chromiumPath) {
    process.stdout.write('not run: test/browser, as there is no Chromium (install one, or name it in CHROMIUM_PATH)\n');
  }
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  process.exit(process.exitCode ?? (failed > 0 || passed === 0 ? 1 : 0));
});
