import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, loopback } from '../bounded/free-port';
import { searchAttributes } from '../order-messages/order-attributes';
import { startChild, waitUntilReady } from './child-process';
import { isNamespaceReady, namespace, ownDynamicConfig } from './namespace';
import { type Progress, temporalPath } from './temporal-programs';

export { testServerPath } from './temporal-programs';

const readyLimitMs = 60_000;
const inCommandLine = { KEYWORD: 'Keyword', INT: 'Int' };
const startTries = 3;

export interface EmbeddedTemporalOptions {
  /** Holds temporal.db. */
  dataDir: string;
  port?: number;
  /** Without it there is no web UI. */
  uiPort?: number;
  /** Where it serves its own counts: asked for by the bench. */
  metricsPort?: number;
  codecEndpoint?: string;
  dynamicConfig?: Record<string, string>;
  logFile?: string;
  onProgress?: Progress;
}

export interface EmbeddedTemporal {
  address: string;
  port: number;
  uiUrl?: string;
  pid: number;
  exited: Promise<string>;
  lastLines(): string;
  /** SIGTERM, and SIGKILL so that it is over within the limit (5 s when not given). */
  stop(limitMs?: number): Promise<void>;
}

/**
 * The dev server reads search attributes from its database with nearly every step of an order, a production server each
 * minute. It looks at each shard for new tasks 20 times a second at most: enough for hundreds of shards, too slow for its one.
 */
const asInProduction = {
  'system.forceSearchAttributesCacheRefreshOnRead': 'false',
  'history.transferProcessorMaxPollRPS': '1000',
};

/** The address has a secret, and every user of a machine sees its arguments: the command reads this one from a file. */
async function codecArgs(dataDir: string, codecEndpoint: string): Promise<string[]> {
  const file = join(dataDir, 'temporal-ui.yaml');
  await rm(file, { force: true });
  const environments = { env: { codeferry: { 'ui-codec-endpoint': codecEndpoint } } };
  await writeFile(file, `${JSON.stringify(environments)}\n`, { mode: 0o600 });
  return ['--env-file', file, '--env', 'codeferry'];
}

async function startOnce(path: string, options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const port = options.port ?? (await freePort());
  const dynamicConfig = { ...asInProduction, ...ownDynamicConfig, ...options.dynamicConfig };
  const child = startChild({
    name: 'Temporal',
    isForeign: true,
    command: path,
    args: [
      ...['server', 'start-dev', '--ip', loopback, '--port', String(port), '--log-level', 'warn'],
      ...['--namespace', namespace, '--db-filename', join(options.dataDir, 'temporal.db')],
      ...(options.uiPort === undefined ? ['--headless'] : ['--ui-ip', loopback, '--ui-port', String(options.uiPort)]),
      ...(options.metricsPort === undefined ? [] : ['--metrics-port', String(options.metricsPort)]),
      ...(options.codecEndpoint === undefined ? [] : await codecArgs(options.dataDir, options.codecEndpoint)),
      ...searchAttributes.flatMap(({ name, type }) => ['--search-attribute', `${name}=${inCommandLine[type]}`]),
      ...Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ],
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  const address = `${loopback}:${port}`;
  await waitUntilReady(child, () => isNamespaceReady(address), readyLimitMs);
  return {
    address,
    port,
    ...(options.uiPort === undefined ? {} : { uiUrl: `http://${loopback}:${options.uiPort}` }),
    pid: child.pid,
    exited: child.exited,
    lastLines: child.lastLines,
    stop: child.stop,
  };
}

/** `npm start`, the tests' global setup, and fault tests that need an engine of their own to kill. */
export async function startEmbeddedTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  await mkdir(options.dataDir, { recursive: true });
  const path = await temporalPath(options.onProgress);
  // Between finding a free port and listening on it another process may take it; it also picks free ports for its own parts.
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(path, options);
    } catch (error) {
      if (tries === startTries || !/address already in use|bind/i.test(String(error))) throw error;
    }
  }
}
