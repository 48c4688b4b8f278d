import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { plainEnvironment } from './plain-environment';
import { projectFolder } from './project-folder';

let reaper: ChildProcess | undefined;

function tell(line: string): void {
  if (!reaper || reaper.exitCode !== null) {
    reaper = spawn(process.execPath, [join(projectFolder, 'scripts', 'reaper.mjs')], {
      detached: true,
      env: plainEnvironment(),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    reaper.unref();
    reaper.stdin?.on('error', () => undefined);
    (reaper.stdin as unknown as { unref?: () => void })?.unref?.();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** Called for each child and each temporary folder, so that not even a killed parent leaves them behind. */
export const leftovers = {
  addProcess: (pid: number): void => tell(`+ ${pid}`),
  removeProcess: (pid: number): void => tell(`- ${pid}`),
  addFolder: (folder: string): void => tell(`folder ${folder}`),
  removeFolder: (folder: string): void => tell(`gone-folder ${folder}`),
};
