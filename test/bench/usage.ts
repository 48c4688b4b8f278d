import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicMs } from './monotonic';

/** Clock ticks of /proc/PID/stat are hundredths of a second on every Linux that Node runs on. */
const tickMs = 10;
const mebibyte = 1024;

export interface ProcessUsage {
  readonly cpuMs: number;
  readonly rssMiB: number;
  /** Given to the disk since its start: an engine's and a database's logs are written over and do not grow. */
  readonly writtenBytes: number;
}

export interface Usage {
  readonly atMs: number;
  readonly processes: Readonly<Record<string, ProcessUsage>>;
  readonly machine: { readonly busyMs: number; readonly allMs: number; readonly stolenMs: number };
}

const processUsage = (pid: number): ProcessUsage => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets: the numbers begin behind its last bracket, with field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const written = /^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    rssMiB: Number(rss) / mebibyte,
    writtenBytes: Number(written),
  };
};

const machineUsage = (): Usage['machine'] => {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = first.trim().split(/\s+/).slice(1, 9).map(Number);
  const allMs = ticks.reduce((sum, n) => sum + n, 0) * tickMs;
  const idleMs = ((ticks[3] ?? 0) + (ticks[4] ?? 0)) * tickMs;
  const stolenMs = (ticks[7] ?? 0) * tickMs;
  return { busyMs: allMs - idleMs - stolenMs, allMs, stolenMs };
};

/** @throws where one of the processes has ended: a measurement without it would be wrong */
export const readUsage = (pids: Readonly<Record<string, number>>): Usage => ({
  atMs: monotonicMs(),
  processes: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, processUsage(pid)])),
  machine: machineUsage(),
});

/** Bytes of all files below, as long as they are; a file that goes while we look does not count. */
export const bytesIn = (folder: string): number => {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      bytes += statSync(join(entry.parentPath ?? entry.path, entry.name)).size;
    } catch {
      // It went in between.
    }
  }
  return bytes;
};
