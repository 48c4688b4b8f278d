// Started by src/dev/child-process.ts beside the servers it runs. When the process that started them is gone in any way,
// kill -9 included, this one's standard input ends, and whatever was left behind is stopped and removed.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const pids = new Set();
const folders = new Set();
const graceMs = 3_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

function signalTo(pid, signal) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [order, value] = [line.slice(0, 1), line.slice(2)];
    if (line.startsWith('folder ')) folders.add(line.slice(7));
    else if (line.startsWith('gone-folder ')) folders.delete(line.slice(12));
    else if (order === '+') pids.add(Number(value));
    else if (order === '-') pids.delete(Number(value));
  })
  .on('close', async () => {
    for (const pid of pids) signalTo(pid, 'SIGTERM');
    for (const giveUpAt = Date.now() + graceMs; Date.now() < giveUpAt; await sleep(50)) {
      for (const pid of pids) if (!signalTo(pid, 0)) pids.delete(pid);
      if (pids.size === 0) break;
    }
    for (const pid of pids) signalTo(pid, 'SIGKILL');
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    process.exit(0);
  });
