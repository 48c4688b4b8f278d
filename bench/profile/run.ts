import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../compare/machine';
import { measure } from '../compare/measure';
import type { Measured } from '../compare/measured';
import type { Settings } from '../compare/settings';
import { type Side, startBareSide, startPlatformSide } from '../compare/sides';
import type { Simulators } from '../compare/simulators';
import { profileFolder } from './folder';
import type { ThreadProfile } from './hook';
import { addUp, type Parts, partsOf, scaledTo } from './parts';
import { readThreads, type ThreadTimes, threadsBetween } from './threads';

export interface SideTimes {
  readonly side: 'platform' | 'bare';
  readonly measured: Measured;
  /** CPU ms per delivered order. */
  readonly threads: Readonly<Record<Profiled, ThreadTimes>>;
  /** CPU ms per delivered order, of the JavaScript threads. */
  readonly parts: Readonly<Record<Profiled, Parts>>;
}

export interface ProfileRun {
  /** As of a comparison. */
  readonly note?: string;
  readonly startedAt: string;
  readonly settings: Settings;
  readonly machine: Machine;
  readonly engine: string;
  readonly databaseKind: string;
  readonly sides: readonly SideTimes[];
}

const profiled = ['api', 'worker'] as const;
type Profiled = (typeof profiled)[number];

const pidOf = (side: Side, name: Profiled): number => {
  const pid = side.pids[name];
  if (typeof pid !== 'number') throw new Error(`${side.target.name} has no ${name} of one process`);
  return pid;
};

const filesIn = <T>(folder: string, kind: 'thread' | 'profile'): T[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(`.${kind}.json`))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T);

const each = <T>(of: (name: Profiled) => T): Record<Profiled, T> => ({ api: of('api'), worker: of('worker') });

/** A window in which the kernel's times of all threads are read, and nothing else is done. */
const threadWindow = (side: Side, folder: string) => {
  const read = (): Record<Profiled, ThreadTimes> =>
    each((name) => readThreads(pidOf(side, name), filesIn(profileFolder(folder, name), 'thread')));
  const at: { before?: Record<Profiled, ThreadTimes>; after?: Record<Profiled, ThreadTimes> } = {};
  return {
    begin: () => {
      at.before = read();
    },
    end: () => {
      at.after = read();
    },
    perOrder: (orders: number): Record<Profiled, ThreadTimes> => {
      const { before, after } = at;
      if (!before || !after) throw new Error('the window was not measured');
      return each((name) => threadsBetween(before[name], after[name], orders));
    },
  };
};

/** Samples count time on the clock, the kernel time on a core: the samples only say how that is shared out. */
const partsPerOrder = (profiles: readonly ThreadProfile[], threads: ThreadTimes): Parts => {
  const ofThreads = (isMain: boolean, ms: number): Parts =>
    scaledTo(ms, addUp(profiles.filter((one) => one.isMain === isMain).map(({ profile }) => partsOf(profile))));
  return addUp([ofThreads(true, threads['main thread']), ofThreads(false, threads['workflow thread'])]);
};

/** A window in which the profilers run. */
const profileWindow = (side: Side) => {
  const turn = (): void => {
    for (const name of profiled) process.kill(pidOf(side, name), 'SIGWINCH');
  };
  return { begin: turn, end: turn };
};

/** `npm run bench -- --profile`: one load on each side, each process's time by thread and by part of the program. */
export const playProfile = async (
  parts: {
    readonly settings: Settings;
    readonly simulators: Simulators;
    readonly machine: Machine;
    readonly engine: string;
    readonly folder: string;
    readonly say: (line: string) => void;
  },
  startedAt: Date,
): Promise<ProfileRun> => {
  const { settings, simulators, machine, engine, folder, say } = parts;
  const options = { outside: simulators.outside, issuers: settings.issuers, engine: settings.engine, isProfiled: true };
  const folders = { platform: join(folder, 'platform'), bare: join(folder, 'bare') };
  for (const sideFolder of Object.values(folders))
    for (const name of profiled) mkdirSync(profileFolder(sideFolder, name), { recursive: true });
  const [platform, bare] = await Promise.all([
    startPlatformSide({ ...options, folder: folders.platform }),
    startBareSide({ ...options, folder: folders.bare }),
  ]);
  const ended: Omit<SideTimes, 'parts'>[] = [];
  try {
    await simulators.knowIssuers([...platform.target.issuers, ...bare.target.issuers]);
    for (const [name, side, resting] of [
      ['platform', platform, bare],
      ['bare', bare, platform],
    ] as const) {
      const load = { kind: 'closed', inFlight: 16 } as const;
      const measuring = { side, resting, simulators, settings };
      await measure(measuring, { phase: 'warm', round: 1, load });
      const threads = threadWindow(side, folders[name]);
      const { measured } = await measure({ ...measuring, watch: threads }, { phase: 'sixteen', round: 1, load });
      say(`${name}: ${measured.ordersInWindow} orders in ${(measured.windowMs / 1_000).toFixed(0)} s`);
      await measure({ ...measuring, watch: profileWindow(side) }, { phase: 'sixteen', round: 2, load });
      ended.push({ side: name, measured, threads: threads.perOrder(Math.max(1, measured.ordersInWindow)) });
    }
  } finally {
    await Promise.all([platform.stop(), bare.stop()]);
  }
  return {
    startedAt: startedAt.toISOString(),
    settings,
    machine,
    engine,
    databaseKind: platform.database?.kind ?? 'none',
    sides: ended.map((one) => ({
      ...one,
      parts: each((name) =>
        partsPerOrder(filesIn<ThreadProfile>(profileFolder(folders[one.side], name), 'profile'), one.threads[name]),
      ),
    })),
  };
};
