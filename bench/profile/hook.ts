import { readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { basename, join } from 'node:path';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/**
 * Loaded before api and worker of a profiled run, into each of their JavaScript threads, which are written down by their
 * number in /proc. SIGWINCH begins a profile, the next one ends it: the SDK takes SIGUSR2 to end a worker, Node SIGUSR1.
 */
const folder = process.env.BENCH_PROFILE_FOLDER;
const samplingMicroseconds = 1_000;

export interface JavaScriptThread {
  readonly pid: number;
  readonly tid: number;
  readonly isMain: boolean;
}

export interface ThreadProfile extends JavaScriptThread {
  readonly profile: Profiler.Profile;
}

const watch = (intoFolder: string): void => {
  const tid = Number(basename(readlinkSync('/proc/thread-self')));
  const self: JavaScriptThread = { pid: process.pid, tid, isMain: isMainThread };
  const write = (kind: 'thread' | 'profile', content: JavaScriptThread): void => {
    const file = join(intoFolder, `${process.pid}-${threadId}.${kind}.json`);
    writeFileSync(`${file}.part`, JSON.stringify(content));
    renameSync(`${file}.part`, file);
  };
  write('thread', self);

  let session: Session | undefined;
  const turn = (): void => {
    if (!session) {
      session = new Session();
      session.connect();
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', { interval: samplingMicroseconds });
      session.post('Profiler.start');
      return;
    }
    const ended = session;
    session = undefined;
    ended.post('Profiler.stop', (error, { profile }) => {
      if (error) throw error;
      write('profile', { ...self, profile } as ThreadProfile);
      ended.disconnect();
    });
  };
  // Only the main thread hears signals.
  const channel = new BroadcastChannel('codeferry-bench-profile');
  channel.onmessage = turn;
  channel.unref();
  if (!isMainThread) return;
  process.on('SIGWINCH', () => {
    channel.postMessage('turn');
    turn();
  });
};

if (folder !== undefined) watch(folder);
