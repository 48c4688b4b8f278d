import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { freePort } from '../../src/bounded/free-port';
import type { Child } from '../../src/dev/child-process';
import { startEmbeddedMongo } from '../../src/dev/embedded-mongo';
import { findOnPath } from '../../src/dev/find-on-path';
import { projectFolder } from '../../src/dev/project-folder';
import { workflowNames } from '../../src/order-messages/order-messages';
import { profileFolder } from '../profile/folder';
import { startReady } from './child-ready';
import { type DatabaseCounts, openDatabaseCounts } from './database-counts';
import { type Engine, startEngine } from './engine';
import type { EngineKind } from './settings';
import type { Pids } from './usage';
import type { Sender, Target } from './wire';

export interface Outside {
  /** The issuer's id is put behind it. */
  readonly callbackUrl: string;
  readonly terminalUrl: string;
}

export interface SideOptions {
  readonly folder: string;
  readonly outside: Outside;
  readonly issuers: number;
  readonly isProfiled?: boolean;
  readonly engine: EngineKind;
  /** Of api and of worker, where there is more than one of each. */
  readonly copies?: number;
}

/** One of the two that are compared: processes of its own, an engine of its own, a fresh data folder. */
export interface Side {
  readonly target: Target;
  readonly pids: Pids;
  readonly engine: Engine;
  readonly workflowType: string;
  readonly folders: Readonly<Record<string, string>>;
  readonly database?: { readonly kind: string; readonly counts: DatabaseCounts };
  stop(): Promise<void>;
}

const loopbackUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** Beside the run, never in a measured one: where the processor's time goes. */
const profileArgs = ({ isProfiled }: SideOptions): string[] =>
  isProfiled ? ['-r', join(__dirname, '..', 'profile', 'hook.js')] : [];

const profileEnv = ({ isProfiled, folder }: SideOptions, name: string): Record<string, string> =>
  isProfiled ? { BENCH_PROFILE_FOLDER: profileFolder(folder, name) } : {};

/** What only the platform has beside the bare order. */
export interface PlatformSide extends Side {
  readonly database: NonNullable<Side['database']> & { readonly uri: string };
  readonly operatorToken: string;
}

export const addIssuers = async (
  baseUrl: string,
  operatorToken: string,
  { issuers, outside }: Pick<SideOptions, 'issuers' | 'outside'>,
): Promise<Sender[]> => {
  const senders: Sender[] = [];
  for (let n = 1; n <= issuers; n += 1) {
    const issuerId = `platform-${n}`;
    const response = await fetch(`${baseUrl}/v1/operator/issuers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        issuerId,
        name: `Issuer ${n} of the bench`,
        callback: { kind: 'url', url: `${outside.callbackUrl}/${issuerId}` },
        codeMode: 'push',
        terminal: { channel: 'webhook', url: outside.terminalUrl },
      }),
    });
    if (response.status !== 201) throw new Error(`the issuer was not made: ${await response.text()}`);
    senders.push({ issuerId, secret: ((await response.json()) as { secret: string }).secret });
  }
  return senders;
};

/** Whatever was fetched before: the faster build shows more of the platform and less of its stand-in. */
export const fasterStandIn = (): { kind?: 'secantusd-rs' } =>
  findOnPath('mongod') === undefined && findOnPath('secantusd-rs') !== undefined ? { kind: 'secantusd-rs' } : {};

/** What api and worker are given, with secrets of their own. */
export const platformEnv = (
  port: number,
  { dataDir, temporalAddress, mongodbUri }: { dataDir: string; temporalAddress: string; mongodbUri: string },
) => ({
  HOST: '127.0.0.1',
  PORT: String(port),
  PUBLIC_URL: loopbackUrl(port),
  DATA_DIR: dataDir,
  TEMPORAL_ADDRESS: temporalAddress,
  TEMPORAL_NAMESPACE: 'default',
  MONGODB_URI: mongodbUri,
  OPERATOR_TOKEN: randomBytes(24).toString('base64url'),
  MASTER_KEY: randomBytes(32).toString('base64'),
  CALLBACK_ALLOW: '127.0.0.0/8',
});

/** The whole platform as `npm start` runs it, without its demo: built, with its own secrets. */
export const startPlatformSide = async (options: SideOptions): Promise<PlatformSide> => {
  const { folder, copies = 1 } = options;
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const logFile = (name: string): string => join(folder, 'logs', `${name}.log`);
  const [engine, mongo] = await Promise.all([
    startEngine(options.engine, folder),
    startEmbeddedMongo({
      dataDir: join(folder, 'database'),
      logFile: logFile('database'),
      ...fasterStandIn(),
    }),
  ]);
  const port = await freePort();
  const baseUrl = loopbackUrl(port);
  const env = platformEnv(port, { dataDir: folder, temporalAddress: engine.address, mongodbUri: mongo.uri });
  const start = (name: string, part: 'api' | 'worker', main: string, own: Record<string, string> = {}) =>
    startReady({
      name,
      args: [...profileArgs(options), '--enable-source-maps', join(projectFolder, 'dist', main)],
      env: { ...env, ...own, ...profileEnv(options, part) },
      logFile: logFile(name.replace(' ', '-')),
      readyLine: `${part} ready`,
    });
  const apps = new Map<string, Child>();
  const baseUrls = [baseUrl];
  // One pair after the other: all at once would be late on few cores.
  for (let n = 1; n <= copies; n += 1) {
    const ownPort = n === 1 ? port : await freePort();
    if (n > 1) baseUrls.push(loopbackUrl(ownPort));
    const name = (part: string): string => (copies === 1 ? part : `${part} ${n}`);
    const [worker, api] = await Promise.all([
      start(name('worker'), 'worker', 'worker/main.js'),
      start(name('api'), 'api', 'src/main.js', { PORT: String(ownPort), PUBLIC_URL: loopbackUrl(ownPort) }),
    ]);
    apps.set(name('api'), api).set(name('worker'), worker);
  }
  const senders = await addIssuers(baseUrl, env.OPERATOR_TOKEN, options);
  const issuers =
    copies === 1 ? senders : senders.map((sender, n) => ({ ...sender, baseUrl: baseUrls[n % copies] ?? baseUrl }));
  const counts = openDatabaseCounts(mongo.uri);
  const appPids = Object.fromEntries([...apps].map(([name, { pid }]) => [name, pid]));
  return {
    target: { name: 'platform', baseUrl, issuers },
    operatorToken: env.OPERATOR_TOKEN,
    pids: { ...appPids, engine: engine.pids, database: mongo.pid },
    engine,
    workflowType: workflowNames.order,
    folders: { engine: engine.folder, database: join(folder, 'database') },
    database: { kind: mongo.kind, uri: mongo.uri, counts },
    stop: async () => {
      await counts.close();
      await Promise.all([...apps.values()].map((app) => app.stop(10_000)));
      await Promise.all([engine.stop(), mongo.stop()]);
    },
  };
};

export const bundleBare = async (folder: string): Promise<string> => {
  const path = join(folder, 'bare-workflow.js');
  const silent = () => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('./bare-workflow'),
    logger: { trace: silent, debug: silent, info: silent, warn: silent, error: console.error, log: silent },
  });
  writeFileSync(path, code);
  return path;
};

/** A bare Temporal order behind the same wire: no signatures, no database, no sealing. */
export const startBareSide = async (options: SideOptions): Promise<Side> => {
  const { folder, outside } = options;
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const [engine, bundlePath] = await Promise.all([startEngine(options.engine, folder), bundleBare(folder)]);
  const port = await freePort();
  const baseUrl = loopbackUrl(port);
  const start = (name: 'api' | 'worker', args: string[]) =>
    startReady({
      name: `bare ${name}`,
      args: [...profileArgs(options), join(__dirname, `bare-${name}.js`), ...args],
      env: profileEnv(options, name),
      logFile: join(folder, 'logs', `${name}.log`),
      readyLine: `${name} ready`,
    });
  const [worker, api] = await Promise.all([
    start('worker', [engine.address, bundlePath, baseUrl, outside.callbackUrl, outside.terminalUrl]),
    start('api', [String(port), engine.address]),
  ]);
  const issuers = Array.from({ length: options.issuers }, (_, n) => ({ issuerId: `bare-${n + 1}`, secret: null }));
  return {
    target: { name: 'bare', baseUrl, issuers },
    pids: { api: api.pid, worker: worker.pid, engine: engine.pids },
    engine,
    workflowType: 'bareOrder',
    folders: { engine: engine.folder },
    stop: async () => {
      await Promise.all([api.stop(), worker.stop()]);
      await engine.stop();
    },
  };
};
