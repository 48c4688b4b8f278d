import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../src/bounded/free-port';
import { startChild, waitUntilReady } from '../../../src/dev/child-process';
import type { Program } from '../../engine/debian-packages';
import { prepareCluster } from '../../engine/postgres-cluster';
import { type Part, startPart } from './part';

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

/** A cluster of the run's own with PostgreSQL's defaults. */
export const startPostgres = async (folder: string, program: Program): Promise<Store> => {
  const cluster = await prepareCluster({ folder, program, logFile: join(folder, 'logs', 'postgres.log') });
  const part = await startPart('postgres', 'store', cluster.start);
  return { part, url: `postgres://postgres@127.0.0.1:${cluster.port}/postgres` };
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
