import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../src/bounded/free-port';
import { startEmbeddedMongo } from '../../../src/dev/embedded-mongo';
import { startEmbeddedTemporal } from '../../../src/dev/embedded-temporal';
import { projectFolder } from '../../../src/dev/project-folder';
import { startReady } from '../../compare/child-ready';
import { addIssuers, bundleBare, fasterStandIn, type Outside, platformEnv } from '../../compare/sides';
import type { Contender } from './contender';
import { type Part, startPart } from './part';

export interface StartOptions {
  readonly folder: string;
  readonly outside: Outside;
  readonly issuers: number;
}

let lastDatabaseKind = 'none';
/** The platform's, as it was found when it was last started. */
export const databaseKind = (): string => lastDatabaseKind;

const benchFolder = join(projectFolder, 'dist', 'bench', 'compare');

const engineOf = async (folder: string): Promise<{ part: Part; address: string }> => {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const part = await startPart('engine', 'store', () =>
    startEmbeddedTemporal({
      dataDir: join(folder, 'engine'),
      port,
      metricsPort,
      logFile: join(folder, 'logs', 'engine.log'),
    }),
  );
  return { part, address: `127.0.0.1:${port}` };
};

const stopAll = async (parts: readonly Part[]): Promise<void> => {
  for (const part of [...parts].reverse()) await part.stop();
};

/** As `npm start` runs it, without its demo, and with ports that stay over a restart. */
export const startPlatform = async (options: StartOptions): Promise<Contender> => {
  const { folder, outside, issuers } = options;
  const logFile = (name: string): string => join(folder, 'logs', `${name}.log`);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const parts: Part[] = [];
  try {
    const engine = await engineOf(folder);
    parts.push(engine.part);
    const databasePort = await freePort();
    let uri = '';
    const database = await startPart('database', 'store', async () => {
      const mongo = await startEmbeddedMongo({
        dataDir: join(folder, 'database'),
        port: databasePort,
        logFile: logFile('database'),
        ...fasterStandIn(),
      });
      uri = mongo.uri;
      lastDatabaseKind = mongo.kind;
      return mongo;
    });
    parts.push(database);
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    const env = platformEnv(port, { dataDir: folder, temporalAddress: engine.address, mongodbUri: uri });
    for (const [name, main] of [
      ['worker', 'worker/main.js'],
      ['api', 'src/main.js'],
    ] as const) {
      const args = ['--enable-source-maps', join(projectFolder, 'dist', main)];
      const start = () => startReady({ name, args, env, logFile: logFile(name), readyLine: `${name} ready` });
      parts.push(await startPart(name, 'app', start));
    }
    const senders = await addIssuers(baseUrl, env.OPERATOR_TOKEN, { outside, issuers });
    const target = { name: 'platform', baseUrl, issuers: senders } as const;
    return { name: 'platform', target, parts, stop: () => stopAll(parts) };
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
};

/** The bare order of `npm run bench`. */
export const startBare = async ({ folder, outside, issuers }: StartOptions): Promise<Contender> => {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const parts: Part[] = [];
  try {
    const { part, address } = await engineOf(folder);
    parts.push(part);
    const bundlePath = await bundleBare(folder);
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    for (const [name, args] of [
      ['worker', [address, bundlePath, baseUrl, outside.callbackUrl, outside.terminalUrl]],
      ['api', [String(port), address]],
    ] as const) {
      const start = () =>
        startReady({
          name: `bare ${name}`,
          args: [join(benchFolder, `bare-${name}.js`), ...args],
          logFile: join(folder, 'logs', `${name}.log`),
          readyLine: `${name} ready`,
        });
      parts.push(await startPart(name, 'app', start));
    }
    const senders = Array.from({ length: issuers }, (_, n) => ({ issuerId: `bare-${n + 1}`, secret: null }));
    return { name: 'bare', target: { name: 'bare', baseUrl, issuers: senders }, parts, stop: () => stopAll(parts) };
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
};
