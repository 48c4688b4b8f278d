import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, waitUntilReady } from '../../src/dev/child-process';
import { keepRunning } from '../../src/dev/kept-running';
import { projectFolder } from '../../src/dev/project-folder';
import { until } from '../support/until';

const nodeChild = (script: string) => startChild({ name: 'part', command: process.execPath, args: ['-e', script] });
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a child of the embedded run', () => {
  test('that ignores SIGTERM is gone within the limit', async () => {
    const child = nodeChild('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)');
    await new Promise<void>((resolve) => child.onLine(() => resolve()));
    await child.stop(700);
    expect(await child.exited).toBe('signal SIGKILL');
  });

  test('that ends before it is ready is reported with its last words', async () => {
    const child = nodeChild('console.error("the disk is full"); process.exit(3)');
    await expect(waitUntilReady(child, async () => false, 10_000)).rejects.toThrow(
      /part ended \(code 3\) before it was ready[\s\S]*the disk is full/,
    );
  });

  test('that is never ready is stopped at the limit', async () => {
    const child = nodeChild('setInterval(() => {}, 1000)');
    await expect(waitUntilReady(child, async () => false, 200)).rejects.toThrow(/was not ready after 0.2 s/);
    expect(child.isRunning()).toBe(false);
  });

  test('that cannot be started at all is reported', async () => {
    const child = startChild({ name: 'part', command: '/nowhere/program', args: [] });
    await expect(waitUntilReady(child, async () => false, 5_000)).rejects.toThrow(/ENOENT/);
  });

  test('is stopped and its folder removed when its parent is killed outright', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'codeferry-left-'));
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const { startChild } = require(${JSON.stringify(join(projectFolder, 'dist/src/dev/child-process.js'))});
         const { leftovers } = require(${JSON.stringify(join(projectFolder, 'dist/src/dev/reaper.js'))});
         leftovers.addFolder(${JSON.stringify(folder)});
         const child = startChild({ name: 'part', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] });
         console.log(child.pid);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const childPid = Number(chunk.toString());
    expect(isAlive(childPid)).toBe(true);
    parent.kill('SIGKILL');
    await until('the child and its folder are gone', () => !isAlive(childPid) && !existsSync(folder));
  });
});

describe('a part that is kept running', () => {
  test('is started again when it ends, and no more once it was stopped', async () => {
    let starts = 0;
    const restarts: string[] = [];
    const start = () => {
      starts += 1;
      return nodeChild(starts === 1 ? 'process.exit(7)' : 'setInterval(() => {}, 1000)');
    };
    const kept = keepRunning(
      start(),
      async () => start(),
      (how, delayMs) => restarts.push(`${how} ${delayMs}`),
    );
    await until('the second start', () => starts === 2);
    await kept.stop(1_000);
    expect([starts, restarts]).toEqual([2, ['code 7 1000']]);
  });
});
