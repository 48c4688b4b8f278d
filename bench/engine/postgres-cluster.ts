import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, loopback } from '../../src/bounded/free-port';
import { type Child, startChild, waitUntilReady } from '../../src/dev/child-process';
import { leftovers } from '../../src/dev/reaper';
import type { Program } from './debian-packages';

const run = promisify(execFile);
const readyLimitMs = 60_000;
const toolLimitMs = 60_000;

/** Its defaults, said once more: no figure and no promise may rest on a commit that was not on the disk. */
const durable = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

interface PostgresUser {
  readonly prefix: string[];
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as the user that its Debian package makes, or as nobody where it was unpacked. */
async function asPostgresUser(): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { prefix: [], uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  for (const user of ['postgres', 'nobody']) {
    const idOf = async (flag: string): Promise<number> => Number((await run('id', [flag, user])).stdout);
    try {
      const [uid, gid] = [await idOf('-u'), await idOf('-g')];
      return { prefix: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'], uid, gid };
    } catch {
      // No such user here.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody; run this as another user.',
  );
}

const inTurn = (words: readonly string[]): [string, string[]] => [words[0] ?? '', words.slice(1)];

/** Below the given folder when its user gets there, else in a temporary one, which goes with this process. */
async function parentFolder(folder: string, { prefix }: PostgresUser): Promise<string> {
  const [command, args] = inTurn([...prefix, 'test', '-x', folder]);
  const isReached = await run(command, args).then(
    () => true,
    () => false,
  );
  if (isReached) return folder;
  const parent = mkdtempSync(join(tmpdir(), 'codeferry-postgres-'));
  leftovers.addFolder(parent);
  chmodSync(parent, 0o711);
  return parent;
}

/** A cluster that is half made has another name: a start that was killed is not taken for one. */
async function initialised(parent: string, { path, env }: Program, user: PostgresUser): Promise<string> {
  const cluster = join(parent, 'postgres');
  if (existsSync(cluster)) return cluster;
  const fresh = `${cluster}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  chownSync(fresh, user.uid, user.gid);
  const options = ['-D', fresh, '-U', 'postgres', '--auth=trust', '-E', 'UTF8'];
  const [command, args] = inTurn([...user.prefix, join(path, 'initdb'), ...options]);
  await run(command, args, { timeout: toolLimitMs, cwd: '/', env: { ...process.env, ...env } });
  renameSync(fresh, cluster);
  return cluster;
}

export interface ClusterOptions {
  /** Holds the folder `postgres`; what is in there from before stays. */
  folder: string;
  program: Program;
  logFile: string;
  settings?: Readonly<Record<string, string>>;
}

export interface Cluster {
  port: number;
  folder: string;
  /** May be called again once the last one has ended: same port, same data. */
  start(): Promise<Child>;
}

/** A cluster of our own on the loopback address; its user is `postgres`, without a password. */
export async function prepareCluster({ folder, program, logFile, settings = {} }: ClusterOptions): Promise<Cluster> {
  const user = await asPostgresUser();
  mkdirSync(folder, { recursive: true });
  const cluster = await initialised(await parentFolder(folder, user), program, user);
  const port = await freePort();
  // Its readiness is read from its words: they are English whatever the machine speaks.
  const own = { listen_addresses: loopback, port: String(port), unix_socket_directories: '', lc_messages: 'C' };
  const all = { ...durable, ...settings, ...own };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, args] = inTurn([...user.prefix, join(program.path, 'postgres'), '-D', cluster, ...options]);
  return {
    port,
    folder: cluster,
    async start() {
      const child = startChild({ name: 'PostgreSQL', command, args, env: { ...program.env }, logFile });
      let isReady = false;
      child.onLine((line) => {
        isReady ||= line.includes('ready to accept connections');
      });
      await waitUntilReady(child, async () => isReady, readyLimitMs);
      return child;
    },
  };
}
