import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject } from './project.mjs';
import { CannotGoOn } from './screen.mjs';

const lockWaitMs = 15 * 60_000;

function holderIsGone(holderFile) {
  try {
    process.kill(Number(readFileSync(holderFile, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

// Two commands started at once on a fresh clone must not install or build over each other.
export async function underLock(name, work) {
  const folder = inProject('.data', `${name}.lock`);
  const holderFile = `${folder}/pid`;
  const giveUpAt = Date.now() + lockWaitMs;
  mkdirSync(inProject('.data'), { recursive: true });
  for (let said = false; ; ) {
    try {
      mkdirSync(folder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (holderIsGone(holderFile)) rmSync(folder, { recursive: true, force: true });
      else if (Date.now() > giveUpAt)
        throw new CannotGoOn(`Another command still holds ${folder}. Remove it if none runs.`);
      else {
        if (!said) process.stderr.write('• Waiting for another command of this project to finish its set-up\n');
        said = true;
        await sleep(200);
      }
    }
  }
  writeFileSync(holderFile, String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
