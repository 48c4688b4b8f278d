import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { familyCpuMsIn, parentIn } from './proc-stat';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own CPU and that of its children that have ended. */
  readonly cpuMs: number;
}

const processOf = (pid: number): Process | undefined => {
  try {
    const text = readFileSync(join('/proc', String(pid), 'stat'), 'utf8');
    return { pid, parent: parentIn(text), cpuMs: familyCpuMsIn(text) };
  } catch {
    // It ended while we looked.
    return undefined;
  }
};

/** All of this moment, looked at once for several families. */
export const allProcesses = (): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? []);

/** A process and all that came from it: PostgreSQL's leave its group, so that a group is not all of it. */
export const familyOf = (root: number, all: readonly Process[] = allProcesses()): Process[] => {
  const family = all.filter(({ pid }) => pid === root);
  for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
  return family;
};
