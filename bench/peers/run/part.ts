import { setTimeout as pause } from 'node:timers/promises';
import { familyOf } from '../../compare/family';

/** A process that stands for its children, too. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<string>;
  stop(limitMs?: number): Promise<void>;
}

export interface Part {
  readonly name: string;
  /** `app` is what a user writes or deploys, `store` what keeps the data: database and engine. */
  readonly role: 'app' | 'store';
  pid(): number;
  /** Times that it ended by itself and was started again, as a supervisor would. */
  ownEnds(): number;
  /** kill -9 of it and of all its children, and its start again on the same ports and data; resolves when it is ready to the time that took. */
  killAndStart(): Promise<number>;
  stop(): Promise<void>;
}

const startTries = 20;
const againAfterMs = 500;
const stopLimitMs = 8_000;

/** Started here, and again whenever it ends: everything that the run measures has a supervisor. */
export const startPart = async (name: string, role: Part['role'], start: () => Promise<Running>): Promise<Part> => {
  let current = await start();
  let isStopping = false;
  /** Ended by us: nobody counts it, and whoever ended it starts it again. */
  const killed = new Set<Running>();
  let ownEnds = 0;
  let watched: Promise<void> = Promise.resolve();

  const startAgain = async (): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        current = await start();
        watch();
        return;
      } catch (error) {
        if (tries === startTries || isStopping) throw error;
        await pause(againAfterMs);
      }
    }
  };
  const watch = (): void => {
    const watchedOne = current;
    watched = watchedOne.exited.then(async () => {
      if (isStopping || killed.has(watchedOne)) return;
      ownEnds += 1;
      await pause(againAfterMs);
      await startAgain();
    });
    watched.catch(() => undefined);
  };
  watch();

  return {
    name,
    role,
    pid: () => current.pid,
    ownEnds: () => ownEnds,
    killAndStart: async () => {
      const killedMs = Date.now();
      const victim = current;
      killed.add(victim);
      const family = familyOf(victim.pid);
      for (const { pid } of family) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // Gone with the one before.
        }
      }
      if (family.length === 0) {
        // It ended by itself just now, and is being started again.
        killed.delete(victim);
        await watched;
        return Date.now() - killedMs;
      }
      await victim.exited;
      await startAgain();
      return Date.now() - killedMs;
    },
    stop: async () => {
      isStopping = true;
      await current.stop(stopLimitMs);
      await watched.catch(() => undefined);
      await current.stop(stopLimitMs);
    },
  };
};
