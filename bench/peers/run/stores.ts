import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild, waitUntilReady } from '../../../src/dev/child-process';
import { freePort } from '../../../src/dev/free-port';
import { leftovers } from '../../../src/dev/reaper';
import { type Part, startPart } from './part';
import type { Program } from './programs';

const run = promisify(execFile);
const readyLimitMs = 60_000;
const toolLimitMs = 60_000;

export interface Store {
  readonly part: Part;
  readonly url: string;
}

interface Start {
  readonly name: string;
  readonly command: string;
  readonly args: string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly isReady: (lines: readonly string[]) => Promise<boolean>;
}

const startServer = async ({ name, command, args, env = {}, logFile, isReady }: Start) => {
  const child = startChild({ name, command, args, env: { ...env }, logFile });
  const lines: string[] = [];
  child.onLine((line) => lines.push(line));
  await waitUntilReady(child, () => isReady(lines), readyLimitMs);
  return child;
};

const says = (words: string) => async (lines: readonly string[]) => lines.some((line) => line.includes(words));

/** PostgreSQL refuses to run as root: then it runs as the user that its Debian package makes, or as nobody where it was unpacked. */
const asPostgresUser = async (): Promise<{ readonly prefix: string[]; readonly uid: number; readonly gid: number }> => {
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
};

/** Below the run's folder when its user gets there, else in a temporary one. */
const clusterFolder = async (folder: string, { prefix, uid, gid }: Awaited<ReturnType<typeof asPostgresUser>>) => {
  const [command = 'test', ...args] = [...prefix, 'test', '-x', folder];
  const isReached = await run(command, args).then(
    () => true,
    () => false,
  );
  const parent = isReached ? folder : mkdtempSync(join(tmpdir(), 'codeferry-peers-'));
  if (!isReached) {
    leftovers.addFolder(parent);
    chmodSync(parent, 0o711);
  }
  const cluster = join(parent, 'postgres');
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  chownSync(cluster, uid, gid);
  return cluster;
};

/** A cluster of the run's own with PostgreSQL's defaults: fsync and synchronous_commit are on. */
export const startPostgres = async (folder: string, { path, env }: Program): Promise<Store> => {
  const user = await asPostgresUser();
  const cluster = await clusterFolder(folder, user);
  const port = await freePort();
  const initdb = join(path, 'initdb');
  const [first = initdb, ...initArgs] = [
    ...[...user.prefix, initdb],
    ...['-D', cluster, '-U', 'postgres', '--auth=trust', '-E', 'UTF8'],
  ];
  await run(first, initArgs, { timeout: toolLimitMs, cwd: '/', env: { ...process.env, ...env } });
  const settings = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const postgres = join(path, 'postgres');
  const [command = postgres, ...args] = [...user.prefix, postgres, '-D', cluster, ...options];
  const part = await startPart('postgres', 'store', () =>
    startServer({
      name: 'PostgreSQL',
      command,
      args,
      env,
      logFile: join(folder, 'logs', 'postgres.log'),
      isReady: says('ready to accept connections'),
    }),
  );
  return { part, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
};

/** Every write is on the disk before it is answered; nothing is thrown out. */
export const startRedis = async (folder: string, { path, env }: Program): Promise<Store> => {
  const port = await freePort();
  const dir = join(folder, 'redis');
  mkdirSync(dir, { recursive: true });
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const part = await startPart('redis', 'store', () =>
    startServer({
      name: 'Redis',
      command: path,
      args,
      env,
      logFile: join(folder, 'logs', 'redis.log'),
      isReady: says('Ready to accept connections'),
    }),
  );
  return { part, url: `redis://127.0.0.1:${port}` };
};

const answersHealth = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};

/** One node with its defaults; its WAL is synced before anything is answered. */
export const startRestate = async (folder: string, { path, env }: Program): Promise<Store & { adminUrl: string }> => {
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const adminUrl = `http://127.0.0.1:${admin}`;
  const ports = {
    RESTATE_INGRESS__BIND_PORT: String(ingress),
    RESTATE_ADMIN__BIND_PORT: String(admin),
    RESTATE_BIND_PORT: String(node),
    RESTATE_DISABLE_TELEMETRY: 'true',
  };
  const args = ['--base-dir', join(folder, 'restate'), '--bind-ip', '127.0.0.1', '--listen-mode', 'tcp', '--no-logo'];
  const part = await startPart('restate', 'store', () =>
    startServer({
      name: 'Restate',
      command: path,
      args: [...args, '--log-filter', 'warn'],
      env: { ...env, ...ports },
      logFile: join(folder, 'logs', 'restate.log'),
      isReady: async () =>
        (await answersHealth(`${adminUrl}/health`)) &&
        (await answersHealth(`http://127.0.0.1:${ingress}/restate/health`)),
    }),
  );
  return { part, url: `http://127.0.0.1:${ingress}`, adminUrl };
};

/** Tells Restate where the workflow's code listens; it keeps that over its own end. */
export const registerEndpoint = async (adminUrl: string, endpointPort: number): Promise<void> => {
  const response = await fetch(`${adminUrl}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}` }),
    signal: AbortSignal.timeout(toolLimitMs),
  });
  if (!response.ok) throw new Error(`Restate did not take the endpoint: ${response.status} ${await response.text()}`);
};
