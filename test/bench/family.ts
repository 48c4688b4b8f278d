import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own CPU and that of its children that have ended. */
  readonly cpuMs: number;
}

const tickMs = 10;

const processOf = (pid: number): Process | undefined => {
  try {
    const text = readFileSync(join('/proc', String(pid), 'stat'), 'utf8');
    // Behind the name's last bracket the numbers begin with field 3: the parent is 4, CPU and the children's are 14 to 17.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, n) => sum + n, 0);
    return { pid, parent: fields[1] ?? 0, cpuMs: ticks * tickMs };
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
