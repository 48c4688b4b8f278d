import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from '../../workflows/order-attributes';
import { startChild, waitUntilReady } from './child-process';
import { freePort, loopback } from './free-port';
import { type Progress, temporalPath } from './temporal-programs';

export { testServerPath } from './temporal-programs';

const readyLimitMs = 60_000;
const retention = '30 days';
const namespace = 'default';
const { IndexedValueType } = temporal.api.enums.v1;
export const indexedValueTypes = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
};
const inCommandLine = { KEYWORD: 'Keyword', INT: 'Int' };
const startTries = 3;
/** The same as deploy/temporal-dynamic-config.yaml. */
const ownDynamicConfig = {
  'matching.enableFairness': 'true',
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': '2',
};

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

/** Keeps closed orders as long as production does: the dev server's own default is one day. */
async function lengthenRetention(connection: Connection): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(retention) },
  });
}

/** The dev server registers what its command line names in a new database only, not in that of an older version. */
async function registersEverySearchAttribute({ operatorService }: Connection): Promise<boolean> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return true;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, indexedValueTypes[type]])),
  });
  return false;
}

async function namespaceAnswers(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: '2s' });
    const ready = connection;
    return await ready.withDeadline(Date.now() + 2_000, async () => {
      await lengthenRetention(ready);
      return registersEverySearchAttribute(ready);
    });
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

async function startOnce(path: string, options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const port = options.port ?? (await freePort());
  const dynamicConfig = { ...ownDynamicConfig, ...options.dynamicConfig };
  const child = startChild({
    name: 'Temporal',
    command: path,
    args: [
      ...['server', 'start-dev', '--ip', loopback, '--port', String(port), '--log-level', 'warn'],
      ...['--namespace', namespace, '--db-filename', join(options.dataDir, 'temporal.db')],
      ...(options.uiPort === undefined ? ['--headless'] : ['--ui-ip', loopback, '--ui-port', String(options.uiPort)]),
      ...(options.metricsPort === undefined ? [] : ['--metrics-port', String(options.metricsPort)]),
      ...(options.codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', options.codecEndpoint]),
      ...searchAttributes.flatMap(({ name, type }) => ['--search-attribute', `${name}=${inCommandLine[type]}`]),
      ...Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ],
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  const address = `${loopback}:${port}`;
  await waitUntilReady(child, () => namespaceAnswers(address), readyLimitMs);
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
