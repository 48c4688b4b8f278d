import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, loopback } from '../../src/bounded/free-port';
import { type Child, startChild, waitUntilReady } from '../../src/dev/child-process';
import type { EmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { isNamespaceMade, ownDynamicConfig } from '../../src/dev/namespace';
import type { Progress } from '../../src/dev/temporal-programs';
import { prepareCluster } from './postgres-cluster';
import { findPostgres } from './postgres-programs';
import { dynamicConfigText, postgresConnections, schemaCommands, serverConfigText } from './temporal-server-config';
import { temporalServerPrograms } from './temporal-server-programs';

const run = promisify(execFile);
/** A first start takes all of its shards; a busy machine needs its time for it. */
const readyLimitMs = 120_000;
const schemaLimitMs = 120_000;
const startTries = 3;
const stopLimitMs = 10_000;
/** Of the time to stop: the server goes first, as the database waits for its connections to end. */
const serverShare = 0.6;

export interface TemporalOnPostgresOptions {
  /** Holds the cluster and the server's files; what is in there from before stays. */
  dataDir: string;
  port?: number;
  metricsPort?: number;
  logFolder: string;
  onProgress?: Progress;
}

export interface TemporalOnPostgres extends EmbeddedTemporal {
  /** The first process of PostgreSQL; its others are its children. */
  postgresPid: number;
  /** Where the cluster is: not in the data folder when PostgreSQL's user does not get there. */
  clusterFolder: string;
}

/** Each step passes over what an earlier start has made. */
async function makeSchemas(sqlTool: string, postgresPort: number): Promise<void> {
  for (const args of schemaCommands(postgresPort)) {
    try {
      await run(sqlTool, args, { timeout: schemaLimitMs, maxBuffer: 16 * 1024 * 1024 });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const said = `${stdout}${stderr}`.trim().split('\n').slice(-3).join('\n');
      throw new Error(`The database's schema could not be made (${args.slice(-3).join(' ')}):\n${said || error}`);
    }
  }
}

async function startServer(
  server: string,
  postgresPort: number,
  { dataDir, logFolder, ...options }: TemporalOnPostgresOptions,
): Promise<{ child: Child; port: number }> {
  const port = options.port ?? (await freePort());
  // The server keeps where its services find each other in a smallint.
  const pair = async () => ({ grpc: await freePort(), membership: await freePort() });
  const configFile = join(dataDir, 'server.yaml');
  const dynamicConfigFile = join(dataDir, 'dynamic-config.yaml');
  await writeFile(dynamicConfigFile, dynamicConfigText(ownDynamicConfig));
  const config = serverConfigText({
    ports: {
      frontend: { ...(await pair()), grpc: port },
      history: await pair(),
      matching: await pair(),
      worker: await pair(),
    },
    metricsPort: options.metricsPort ?? (await freePort()),
    postgresPort,
    dynamicConfigFile,
  });
  await writeFile(configFile, config);
  const child = startChild({
    name: 'Temporal server',
    command: server,
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    logFile: join(logFolder, 'temporal-server.log'),
  });
  await waitUntilReady(child, () => isNamespaceMade(`${loopback}:${port}`), readyLimitMs);
  return { child, port };
}

/** `npm run engine:postgres` and `npm run bench -- --engine=postgres`: the engine as docker-compose.yml has it, without containers. */
export async function startTemporalOnPostgres(options: TemporalOnPostgresOptions): Promise<TemporalOnPostgres> {
  const { dataDir, logFolder, onProgress = () => undefined } = options;
  const program = await findPostgres();
  const { server, sqlTool } = await temporalServerPrograms(onProgress);
  await mkdir(dataDir, { recursive: true });
  if (!existsSync(join(dataDir, 'postgres'))) onProgress('Making a database cluster');
  const cluster = await prepareCluster({
    folder: dataDir,
    program,
    logFile: join(logFolder, 'postgres.log'),
    settings: { max_connections: String(postgresConnections) },
  });
  const postgres = await cluster.start();
  try {
    await makeSchemas(sqlTool, cluster.port);
    // Between finding free ports and listening on them another process may take one.
    for (let tries = 1; ; tries++) {
      try {
        const { child, port } = await startServer(server, cluster.port, options);
        return {
          address: `${loopback}:${port}`,
          port,
          pid: child.pid,
          postgresPid: postgres.pid,
          clusterFolder: cluster.folder,
          exited: Promise.race([
            child.exited.then((how) => `Temporal server: ${how}`),
            postgres.exited.then((how) => `PostgreSQL: ${how}`),
          ]),
          lastLines: () => `${child.lastLines()}\n${postgres.lastLines()}`,
          async stop(limitMs = stopLimitMs) {
            await child.stop(limitMs * serverShare);
            await postgres.stop(limitMs * (1 - serverShare));
          },
        };
      } catch (error) {
        if (tries === startTries || !/address already in use/i.test(String(error))) throw error;
      }
    }
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
