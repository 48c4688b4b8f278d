import { readdirSync, readFileSync } from 'node:fs';
import { ownCpuMsIn } from '../compare/proc-stat';
import type { JavaScriptThread } from './hook';

export type ThreadTimes = Readonly<
  Record<'main thread' | 'workflow thread' | "the SDK's native core" | 'V8 and libuv', number>
>;

/** Undefined: the thread ended between the listing and this read, as the SDK's do that wait for work. */
const statOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** CPU ms since the start of the process, by kind of thread. @throws where it has ended */
export const readThreads = (pid: number, known: readonly JavaScriptThread[]): ThreadTimes => {
  const times = { 'main thread': 0, 'workflow thread': 0, "the SDK's native core": 0, 'V8 and libuv': 0 };
  const kindOf = (tid: number, stat: string): keyof ThreadTimes => {
    const thread = known.find((one) => one.pid === pid && one.tid === tid);
    if (thread) return thread.isMain ? 'main thread' : 'workflow thread';
    return stat.includes('(tokio') ? "the SDK's native core" : 'V8 and libuv';
  };
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    const stat = statOf(`/proc/${pid}/task/${tid}/stat`);
    if (stat !== undefined) times[kindOf(Number(tid), stat)] += ownCpuMsIn(stat);
  }
  return times;
};

export const threadsBetween = (before: ThreadTimes, after: ThreadTimes, orders: number): ThreadTimes =>
  Object.fromEntries(
    Object.entries(after).map(([kind, ms]) => [kind, (ms - before[kind as keyof ThreadTimes]) / orders]),
  ) as ThreadTimes;
