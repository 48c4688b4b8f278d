import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { allProcesses, familyOf, type Process } from './family';
import { monotonicMs } from './monotonic';
import { tickMs } from './proc-stat';

const mebibyte = 1024;

/** Of one process, or of several that are one part of a side, each with its children. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly rssMiB: number;
  /** Given to the disk since its start: an engine's and a database's logs are written over and do not grow. */
  readonly writtenBytes: number;
}

/** By the part's name: the first processes of it. */
export type Pids = Readonly<Record<string, number | readonly number[]>>;

export interface Usage {
  readonly atMs: number;
  readonly processes: Readonly<Record<string, ProcessUsage>>;
  readonly machine: { readonly busyMs: number; readonly allMs: number; readonly stolenMs: number };
}

const numberIn = (text: string, line: RegExp): number => Number(line.exec(text)?.[1] ?? 0);

/**
 * What a page cost is counted when a process makes it dirty, and taken back when its file is cut before the kernel wrote it: that one
 * never came to the disk. The kernel adds a child that has ended to the parent that waited for it.
 */
export const writtenBytesIn = (io: string): number =>
  numberIn(io, /^write_bytes: (\d+)/m) - numberIn(io, /^cancelled_write_bytes: (\d+)/m);

/** Memory that processes share counts once: each has its part of it. Asked where there are children only, as it takes the kernel long. */
const memoryOf = (pid: number, isAlone: boolean): number =>
  isAlone
    ? numberIn(readFileSync(`/proc/${pid}/status`, 'utf8'), /^VmRSS:\s+(\d+)/m)
    : numberIn(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), /^Pss:\s+(\d+)/m);

const memberUsage = ({ pid, cpuMs }: Process, isAlone: boolean): ProcessUsage => ({
  cpuMs,
  rssMiB: memoryOf(pid, isAlone) / mebibyte,
  writtenBytes: writtenBytesIn(readFileSync(`/proc/${pid}/io`, 'utf8')),
});

const sum = (usages: readonly ProcessUsage[]): ProcessUsage => ({
  cpuMs: usages.reduce((all, { cpuMs }) => all + cpuMs, 0),
  rssMiB: usages.reduce((all, { rssMiB }) => all + rssMiB, 0),
  writtenBytes: usages.reduce((all, { writtenBytes }) => all + writtenBytes, 0),
});

const familyUsage = (root: number, all: readonly Process[]): ProcessUsage => {
  const [first, ...others] = familyOf(root, all);
  if (first === undefined) throw new Error(`process ${root} has ended: what is measured without it would be wrong`);
  const children = others.flatMap((member) => {
    try {
      return [memberUsage(member, false)];
    } catch {
      // It ended while we looked, and is its parent's from now on: the first process is read last.
      return [];
    }
  });
  return sum([...children, memberUsage(first, others.length === 0)]);
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
export const readUsage = (pids: Pids): Usage => {
  const all = allProcesses();
  const usageOf = (roots: readonly number[]): ProcessUsage => sum(roots.map((root) => familyUsage(root, all)));
  return {
    atMs: monotonicMs(),
    processes: Object.fromEntries(Object.entries(pids).map(([name, roots]) => [name, usageOf([roots].flat())])),
    machine: machineUsage(),
  };
};

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
