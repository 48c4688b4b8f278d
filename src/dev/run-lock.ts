import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotStart, type RunSettings } from './run-settings';

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

interface Holder {
  readonly pid?: number;
  readonly publicUrl?: string;
}

/** Where others may write, one may put a pipe there, on which a reader waits, or a holder that is none. */
const readOwn = (path: string): string => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const seen = fstatSync(file);
    const isOwn = seen.isFile() && seen.uid === process.getuid?.();
    if (!isOwn) throw Object.assign(new Error(`${path} is no file of one's own`), { code: 'EACCES' });
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
};

/** Resolves to who holds the file; undefined: this process, from now on. One of a process that is gone is nobody's. */
const takeFile = (path: string, more: object = {}): Holder | undefined => {
  const take = () => writeFileSync(path, JSON.stringify({ pid: process.pid, ...more }), { flag: 'wx' });
  try {
    take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = JSON.parse(readOwn(path) || '{}') as Holder;
    if (holder.pid !== undefined && alive(holder.pid)) return holder;
    rmSync(path);
    take();
  }
  return undefined;
};

/** Two runs on one data folder would be two databases on the same files. */
export function lockDataFolder({
  dataDir,
  publicUrl,
  operatorUrl = publicUrl,
}: Pick<RunSettings, 'dataDir' | 'publicUrl'> & { readonly operatorUrl?: string }): () => void {
  const path = join(dataDir, 'running.json');
  const holder = takeFile(path, { publicUrl, operatorUrl });
  if (holder) {
    throw new CannotStart(
      `Codeferry already runs on this data folder (process ${holder.pid}, ${holder.publicUrl}). Stop it, or set another DATA_DIR and PORT.`,
    );
  }
  return () => rmSync(path, { force: true });
}

/** Of two runs that begin together both find a port free, long before either listens there: it is the first one's. */
export function claimPort(port: number): boolean {
  const path = join(tmpdir(), `codeferry-port-${port}.json`);
  try {
    const holder = takeFile(path);
    if (!holder) process.once('exit', () => rmSync(path, { force: true }));
    return !holder || holder.pid === process.pid;
  } catch {
    // Another user's file: that the port is free is all that can be known.
    return true;
  }
}
