/** Clock ticks are hundredths of a second on every Linux that Node runs on. */
export const tickMs = 10;

/** The numbers of a `stat` of a process or thread, from field 4 on, the parent; its name may hold spaces and brackets. */
const fieldsOf = (stat: string): number[] =>
  stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(1)
    .map(Number);

const sumMs = (ticks: readonly number[]): number => ticks.reduce((sum, n) => sum + n, 0) * tickMs;

export const parentIn = (stat: string): number => fieldsOf(stat)[0] ?? 0;

/** CPU ms since its start: fields 14 and 15. */
export const ownCpuMsIn = (stat: string): number => sumMs(fieldsOf(stat).slice(10, 12));

/** With that of its children that have ended: fields 14 to 17. */
export const familyCpuMsIn = (stat: string): number => sumMs(fieldsOf(stat).slice(10, 14));
