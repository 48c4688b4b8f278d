import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort, isPortFree } from '../bounded/free-port';
import { withinMs } from '../bounded/time-limit';
import { isOfApiAlone } from '../config';
import { type Child, startChild, waitUntilReady } from './child-process';
import { startEmbeddedMongo } from './embedded-mongo';
import { startEmbeddedTemporal } from './embedded-temporal';
import { type KeptRunning, keepRunning, type Runnable } from './kept-running';
import { projectFolder } from './project-folder';
import { claimPort, lockDataFolder } from './run-lock';
import {
  CannotStart,
  callsAllowed,
  inDataFolder,
  operatorsAt,
  type PortChoice,
  type RunSettings,
  withPort,
} from './run-settings';
import { whereToLook } from './where-to-look';

const readyLimitMs = 60_000;
const demoOrderLimitMs = 20_000;
const demoOrderLine = 'demo order: ';
/** Enough for a console full of life; SIMULATOR_TRICKLE_PER_MINUTE=0 turns it off. */
const demoOrdersPerMinute = '8';
const probeLimitMs = 2_000;

// Together under ten seconds. The worker's own shutdown may take eight; what it is cut off from is done again.
const stopLimitsMs = { front: 2_000, worker: 5_000, servers: 2_800 };

type Part = 'temporal' | 'mongo' | 'api' | 'worker' | 'simulator';
const mains = { api: 'src/main.js', worker: 'worker/main.js', simulator: 'src/simulator/main.js' } as const;

/** @throws CannotStart for one that was asked for and is taken. */
async function portFor({ variable, port, isGiven }: PortChoice, host?: string): Promise<number> {
  if ((await isPortFree(port, host)) && (claimPort(port) || isGiven)) return port;
  if (isGiven) {
    throw new CannotStart(
      `Port ${port} on ${host ?? '127.0.0.1'} is in use. Stop what holds it, or set another ${variable}; without one a free port is found.`,
    );
  }
  return freePort();
}

const say = (line: string) => process.stderr.write(`• ${line}\n`);

type Environment = Record<string, string | undefined>;
const without = (isSecret: (name: string) => boolean, env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, isSecret(name) ? undefined : value]));

/** The simulator is an issuer: the platform's keys are none of its business. */
const secretFrom: Record<keyof typeof mains, (name: string) => boolean> = {
  api: () => false,
  worker: isOfApiAlone,
  simulator: (name) => ['MASTER_KEY', 'CODEC_SECRET', 'MONGODB_URI'].includes(name),
};

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(probeLimitMs) })).ok;
  } catch {
    return false;
  }
}

function lineWith(child: Child, text: string): Promise<string> {
  return new Promise((resolve) => child.onLine((line) => line.includes(text) && resolve(line)));
}

/** The demo's buyers have a mailbox and a phone, unless the platform is given servers of its own. */
async function demoMessages(simulatorPort: number, smtp: PortChoice) {
  const { MAIL_SMTP_URL, SMS_GATEWAY_URL, TERMINAL_RECEIPT_SECRET } = process.env;
  if (MAIL_SMTP_URL || SMS_GATEWAY_URL) return undefined;
  const smtpPort = await portFor(smtp);
  const inboxUrl = `http://127.0.0.1:${simulatorPort}`;
  return {
    inboxUrl,
    env: {
      MAIL_SMTP_URL: `smtp://127.0.0.1:${smtpPort}?tls=off`,
      MAIL_FROM: 'codes@demo.example',
      SMS_GATEWAY_URL: `${inboxUrl}/sms/messages`,
      TERMINAL_RECEIPT_SECRET: TERMINAL_RECEIPT_SECRET || randomBytes(24).toString('base64url'),
      SIMULATOR_SMTP_PORT: String(smtpPort),
    },
  };
}

export interface Run {
  started: Promise<void>;
  stop(): Promise<void>;
}

export function startEverything(wanted: RunSettings): Run {
  const { host, dataDir, ports } = wanted;
  let settings = wanted;
  const logFolder = join(dataDir, 'logs');
  const logFile = (part: Part) => join(logFolder, `${part}.log`);
  const parts = new Map<Part, KeptRunning>();
  let unlock = () => {};
  let stopping = false;

  const keep = <T extends Runnable>(part: Part, first: T, startAgain: () => Promise<T>) => {
    const kept = keepRunning(first, startAgain, (how, delayMs) =>
      say(`${part} ended (${how}), starting it again in ${delayMs / 1000} s; see ${logFile(part)}`),
    );
    parts.set(part, kept);
    if (stopping) void kept.stop();
  };
  const assertGoing = () => {
    if (stopping) throw new CannotStart('Stopped.');
  };

  async function startTemporal() {
    if (settings.temporalAddress !== undefined) return { address: settings.temporalAddress, uiUrl: undefined };
    const options = {
      dataDir,
      port: await portFor(ports.temporal),
      uiPort: await portFor(ports.temporalUi),
      ...(settings.codecSecret === undefined
        ? {}
        : { codecEndpoint: `${operatorsAt(settings).localUrl}/codec/${settings.codecSecret}` }),
      logFile: logFile('temporal'),
      onProgress: say,
    };
    const temporal = await startEmbeddedTemporal(options);
    keep('temporal', temporal, () => startEmbeddedTemporal(options));
    return temporal;
  }

  async function startMongo() {
    if (settings.mongodbUri !== undefined) return { uri: settings.mongodbUri };
    const options = {
      dataDir,
      port: await portFor(ports.mongo),
      password: settings.databasePassword,
      logFile: logFile('mongo'),
      onProgress: say,
    };
    const mongo = await startEmbeddedMongo(options);
    keep('mongo', mongo, () => startEmbeddedMongo(options));
    return mongo;
  }

  async function run(): Promise<void> {
    settings = withPort(wanted, await portFor(ports.api, host));
    const { admin } = settings;
    if (admin) await portFor(admin.choice, host);
    const operators = operatorsAt(settings);
    unlock = inDataFolder(dataDir, () => lockDataFolder({ ...settings, operatorUrl: operators.publicUrl }));
    say('Starting the workflow engine and the database');
    const [temporal, mongo] = await Promise.all([startTemporal(), startMongo()]);
    assertGoing();

    const simulatorPort = settings.demo ? await portFor(ports.simulator) : undefined;
    const messages = simulatorPort === undefined ? undefined : await demoMessages(simulatorPort, ports.smtp);
    const env = {
      NODE_ENV: 'production',
      HOST: host,
      PORT: String(settings.port),
      PUBLIC_URL: settings.publicUrl,
      ...(admin ? { ADMIN_PORT: String(admin.choice.port), ADMIN_URL: admin.publicUrl } : {}),
      PLATFORM_URL: settings.localUrl,
      PLATFORM_OPERATOR_URL: operators.localUrl,
      DATA_DIR: dataDir,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: process.env.TEMPORAL_NAMESPACE || 'default',
      MONGODB_URI: mongo.uri,
      OPERATOR_TOKEN: settings.operatorToken,
      MASTER_KEY: settings.masterKey,
      CODEC_SECRET: settings.codecSecret,
      DEMO: settings.demo ? 'on' : 'off',
      ...callsAllowed(process.env, settings, simulatorPort),
      ...(temporal.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
      ...messages?.env,
      ...(simulatorPort === undefined
        ? {}
        : {
            SIMULATOR_PORT: String(simulatorPort),
            SIMULATOR_TRICKLE_PER_MINUTE: process.env.SIMULATOR_TRICKLE_PER_MINUTE || demoOrdersPerMinute,
          }),
    };
    const startPart = (part: keyof typeof mains) =>
      startChild({
        name: part,
        command: process.execPath,
        args: ['--enable-source-maps', join(projectFolder, 'dist', mains[part])],
        cwd: projectFolder,
        env: without(secretFrom[part], { ...process.env, ...env }),
        logFile: logFile(part),
        // Whoever has the pickup address has the code: on the owner's screen yes, in a log never.
        notLogged: demoOrderLine,
      });
    const startKept = (part: keyof typeof mains, child: Child) => keep(part, child, async () => startPart(part));

    say('Starting the api and the worker');
    const worker = startPart('worker');
    const api = startPart('api');
    const workerReady = lineWith(worker, 'worker ready');
    let workerIsReady = false;
    void workerReady.then(() => {
      workerIsReady = true;
    });
    try {
      await Promise.all([
        waitUntilReady(api, () => isReady(settings.localUrl), readyLimitMs),
        waitUntilReady(worker, async () => workerIsReady, readyLimitMs),
      ]);
    } catch (error) {
      await Promise.all([api.stop(), worker.stop()]);
      throw error;
    }
    startKept('worker', worker);
    startKept('api', api);
    assertGoing();

    let demoOrderUrl: string | undefined;
    if (settings.demo) {
      say('Placing the demo order');
      const simulator = startPart('simulator');
      const demoOrder = lineWith(simulator, demoOrderLine);
      startKept('simulator', simulator);
      demoOrderUrl = (await withinMs(demoOrderLimitMs, demoOrder, () => undefined))?.split(demoOrderLine)[1]?.trim();
      assertGoing();
    }
    process.stdout.write(
      `\n${whereToLook({ settings, uiUrl: temporal.uiUrl, demoOrderUrl, inboxUrl: messages?.inboxUrl, logFolder })}\n`,
    );
  }

  return {
    started: run(),
    async stop() {
      stopping = true;
      const stopParts = (names: Part[], limitMs: number) =>
        Promise.all(names.map((name) => parts.get(name)?.stop(limitMs)));
      await stopParts(['api', 'simulator'], stopLimitsMs.front);
      await stopParts(['worker'], stopLimitsMs.worker);
      await stopParts(['mongo', 'temporal'], stopLimitsMs.servers);
      unlock();
    },
  };
}
