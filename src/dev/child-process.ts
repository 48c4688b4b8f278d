import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { openLogFile } from './log-file';
import { plainEnvironment } from './plain-environment';
import { leftovers } from './reaper';

const keptLines = 40;
const stopLimitMs = 5_000;

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string | undefined>;
  /** Somebody else's program: it gets what every program needs, and none of the settings and secrets of ours. */
  isForeign?: boolean;
  cwd?: string;
  logFile?: string;
  /** Lines with this are for the listeners alone. */
  notLogged?: string;
}

export interface Child {
  name: string;
  pid: number;
  /** Resolves once, to a plain phrase such as `code 1` or `signal SIGKILL`. */
  exited: Promise<string>;
  isRunning(): boolean;
  lastLines(): string;
  onLine(listener: (line: string) => void): void;
  /** SIGTERM, then SIGKILL so that it is over within the limit. */
  stop(limitMs?: number): Promise<void>;
}

/** Everything that the embedded run and the tests start goes through here: own process group, bounded log, no leftovers. */
export function startChild(options: ChildOptions): Child {
  const ownGroup = process.platform !== 'win32';
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...(options.isForeign ? plainEnvironment() : process.env), ...options.env },
    // Ctrl-C goes to the whole foreground group: children have their own, so that they are stopped in order.
    detached: ownGroup,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? -1;
  const lines: string[] = [];
  const listeners: ((line: string) => void)[] = [];
  const log = options.logFile === undefined ? undefined : openLogFile(options.logFile);
  const take = (line: string) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    if (options.notLogged === undefined || !line.includes(options.notLogged)) log?.write(line);
    for (const listener of listeners) listener(line);
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', take);

  let running = pid > 0;
  if (running) leftovers.addProcess(pid);
  const exited = new Promise<string>((resolve) => {
    const end = (how: string) => {
      if (running) leftovers.removeProcess(pid);
      running = false;
      log?.close();
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal === null ? `code ${code}` : `signal ${signal}`));
  });
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(ownGroup ? -pid : pid, signal);
    } catch {
      // It ended in between.
    }
  };

  return {
    name: options.name,
    pid,
    exited,
    isRunning: () => running,
    lastLines: () => lines.join('\n'),
    onLine: (listener) => listeners.push(listener),
    async stop(limitMs = stopLimitMs) {
      if (!running) return;
      send('SIGTERM');
      const kill = setTimeout(() => send('SIGKILL'), limitMs - 200);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Asks until the answer is yes; the child's end or the limit is an error that shows what the child said last. */
export async function waitUntilReady(child: Child, isReady: () => Promise<boolean>, limitMs: number): Promise<void> {
  const startedMs = Date.now();
  let ended: string | undefined;
  void child.exited.then((how) => {
    ended = how;
  });
  while (ended === undefined && Date.now() - startedMs < limitMs) {
    if (await isReady()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const what = ended === undefined ? `was not ready after ${limitMs / 1000} s` : `ended (${ended}) before it was ready`;
  await child.stop();
  throw new Error(`${child.name} ${what}. Its last output:\n${child.lastLines() || '(none)'}`);
}
