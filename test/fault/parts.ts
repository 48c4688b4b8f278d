import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/bounded/free-port';
import { startChild } from '../../src/dev/child-process';
import { startEmbeddedMongo } from '../../src/dev/embedded-mongo';
import { startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { projectFolder } from '../../src/dev/project-folder';
import { type CrashFolder, createCrashFolder } from './crash-points';
import { startProxy, type TcpProxy } from './proxy';
import { openSmallDisk, type SmallDisk } from './small-disk';

interface Running {
  readonly pid: number;
  /** Resolves once it can do its work; never, where it ended before. */
  readonly ready?: Promise<void>;
  readonly exited: Promise<string>;
  stop(limitMs?: number): Promise<void>;
}

/** One process of the platform: started again whenever it ends, by whatever it was ended. */
export interface Part {
  readonly name: string;
  /** It runs, and has said that it is ready. */
  isUp(): boolean;
  deaths(): number;
  /** Resolves to false where it was not running. */
  signal(signal: NodeJS.Signals): boolean;
  /** Down for this long after its next death. */
  setRestartDelay(delayMs: number): void;
  stop(): Promise<void>;
}

const keepUp = async (name: string, start: () => Promise<Running>): Promise<Part> => {
  let current: Running | undefined = await start();
  let isStopping = false;
  let isReady = false;
  let deaths = 0;
  let restartDelayMs = 200;
  const watch = (async () => {
    while (!isStopping) {
      const mine = current;
      void (mine?.ready ?? Promise.resolve()).then(() => {
        isReady = current === mine;
      });
      await current?.exited;
      current = undefined;
      isReady = false;
      if (isStopping) return;
      deaths += 1;
      await pause(restartDelayMs);
      while (!isStopping && current === undefined) {
        current = await start().catch(() => undefined);
        if (current === undefined) await pause(300);
      }
    }
  })();
  const signal = (which: NodeJS.Signals): boolean => {
    if (!current) return false;
    try {
      // Each has a process group of its own.
      process.kill(-current.pid, which);
      return true;
    } catch {
      return false;
    }
  };
  return {
    name,
    isUp: () => current !== undefined && isReady,
    deaths: () => deaths,
    signal,
    setRestartDelay: (delayMs) => {
      restartDelayMs = delayMs;
    },
    stop: async () => {
      isStopping = true;
      signal('SIGCONT');
      await current?.stop(4_000);
      await watch;
      await current?.stop(4_000);
    },
  };
};

export type ProxyName = 'front' | 'engine' | 'database' | 'issuers' | 'terminals' | 'mail';

export interface PlatformParts {
  readonly baseUrl: string;
  readonly operatorToken: string;
  readonly masterKey: string;
  readonly temporalAddress: string;
  readonly mongodbUri: string;
  readonly databaseKind: string;
  readonly crashes: CrashFolder;
  /** Of engine and database, where it is small enough to be filled. */
  readonly disk: SmallDisk | undefined;
  readonly parts: ReadonlyMap<string, Part>;
  readonly proxies: ReadonlyMap<ProxyName, TcpProxy>;
  part(name: string): Part;
  stop(): Promise<void>;
}

export interface OutsidePorts {
  readonly issuers: number;
  readonly terminals: number;
  readonly mail: number;
}

export interface PlatformOptions {
  readonly folder: string;
  /** A small file system for engine and database, mounted by whoever starts the run; without it no disk is filled. */
  readonly smallDisk?: string;
  /** Where issuers and terminals listen; the platform reaches them through proxies. */
  readonly outsidePorts: OutsidePorts;
  readonly guardOff?: string;
  readonly secrets?: { readonly operatorToken: string; readonly masterKey: string };
}

const readyLimitMs = 60_000;

/** The platform as it runs in production: two apis, two workers, an engine, a database, each a process that can be killed. */
export const startParts = async ({
  folder,
  smallDisk,
  outsidePorts,
  guardOff,
  secrets,
}: PlatformOptions): Promise<PlatformParts> => {
  const disk = smallDisk === undefined ? undefined : openSmallDisk(smallDisk);
  const dataDir = join(smallDisk ?? folder, 'data');
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const crashes = createCrashFolder(join(folder, 'crash'));
  crashes.disarmAll();
  const [temporalPort, mongoPort, apiPort1, apiPort2] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const parts = new Map<string, Part>();
  const add = async (name: string, start: () => Promise<Running>): Promise<void> => {
    parts.set(name, await keepUp(name, start));
  };
  let databaseKind = '';
  const databaseUri = new URL('mongodb://nowhere');
  await Promise.all([
    add('temporal', () => startEmbeddedTemporal({ dataDir, port: temporalPort, logFile: join(logs, 'temporal.log') })),
    add('database', async () => {
      const mongo = await startEmbeddedMongo({ dataDir, port: mongoPort, logFile: join(logs, 'database.log') });
      databaseKind = mongo.kind;
      databaseUri.href = mongo.uri;
      return mongo;
    }),
  ]);
  const [front, engine, database, issuers, terminals, mail] = await Promise.all([
    startProxy([apiPort1, apiPort2]),
    startProxy([temporalPort]),
    startProxy([mongoPort]),
    startProxy([outsidePorts.issuers]),
    startProxy([outsidePorts.terminals]),
    startProxy([outsidePorts.mail]),
  ]);
  const baseUrl = `http://127.0.0.1:${front.port}`;
  const operatorToken = secrets?.operatorToken ?? randomBytes(24).toString('base64url');
  const masterKey = secrets?.masterKey ?? randomBytes(32).toString('base64');
  const temporalAddress = `127.0.0.1:${engine.port}`;
  databaseUri.port = String(database.port);
  const mongodbUri = databaseUri.href;
  const env = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PUBLIC_URL: baseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    MONGODB_URI: mongodbUri,
    OPERATOR_TOKEN: operatorToken,
    MASTER_KEY: masterKey,
    CALLBACK_ALLOW: '127.0.0.0/8',
    MAIL_SMTP_URL: `smtp://127.0.0.1:${mail.port}?tls=off`,
    MAIL_FROM: 'codes@codeferry.test',
    SMS_GATEWAY_URL: `http://127.0.0.1:${terminals.port}/sms`,
    SMS_PER_ISSUER_AND_DAY: '1000000',
    LOG_LEVEL: 'info',
    FAULT_CRASH_FOLDER: join(folder, 'crash'),
    FAULT_GUARD_OFF: guardOff ?? '',
  };
  const platformProcess = (name: string, main: string, port: number) => async (): Promise<Running> => {
    const child = startChild({
      name,
      command: process.execPath,
      args: [
        ...['-r', join(__dirname, 'ts-hook.cjs'), '-r', join(__dirname, 'inside.ts')],
        join(projectFolder, 'dist', main),
      ],
      cwd: projectFolder,
      env: { ...env, PORT: String(port), FAULT_PROCESS: name },
      logFile: join(logs, `${name}.log`),
    });
    const ready = new Promise<void>((resolve) => {
      child.onLine((line) => line.includes(`${name.split('-')[0]} ready`) && resolve());
    });
    return { ...child, ready };
  };
  await Promise.all([
    add('api-1', platformProcess('api-1', 'src/main.js', apiPort1)),
    add('api-2', platformProcess('api-2', 'src/main.js', apiPort2)),
    add('worker-1', platformProcess('worker-1', 'worker/main.js', 1)),
    add('worker-2', platformProcess('worker-2', 'worker/main.js', 1)),
  ]);
  const proxies = new Map<ProxyName, TcpProxy>([
    ['front', front],
    ['engine', engine],
    ['database', database],
    ['issuers', issuers],
    ['terminals', terminals],
    ['mail', mail],
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all([...parts.values()].filter(({ name }) => /api|worker/.test(name)).map((part) => part.stop()));
    await Promise.all([...parts.values()].map((part) => part.stop()));
    await Promise.all([...proxies.values()].map((proxy) => proxy.stop()));
  };
  const waitEndMs = Date.now() + readyLimitMs;
  for (;;) {
    const isReady = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    if (Date.now() > waitEndMs) {
      await stop();
      throw new Error(`the platform was not ready in ${readyLimitMs} ms; see ${logs}`);
    }
    await pause(100);
  }
  return {
    baseUrl,
    operatorToken,
    masterKey,
    temporalAddress,
    mongodbUri,
    databaseKind,
    crashes,
    disk,
    parts,
    proxies,
    part: (name) => {
      const part = parts.get(name);
      if (!part) throw new Error(`no part is named ${name}`);
      return part;
    },
    stop,
  };
};

/** Both apis say so, one after the other, and all processes run. */
export const allUp = async (platform: PlatformParts): Promise<void> => {
  let inARow = 0;
  for (let n = 0; n < 300 && inARow < 3; n += 1) {
    const isReady = await fetch(`${platform.baseUrl}/readyz`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(3_000),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
    inARow = isReady && [...platform.parts.values()].every((part) => part.isUp()) ? inARow + 1 : 0;
    if (inARow === 0) await pause(100);
  }
};
