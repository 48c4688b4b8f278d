import { join } from 'node:path';
import { freePort } from '../../src/bounded/free-port';
import { startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { findPostgres } from '../engine/postgres-programs';
import { startTemporalOnPostgres } from '../engine/temporal-on-postgres';
import { historyShards } from '../engine/temporal-server-config';
import { temporalServerVersion } from '../engine/temporal-server-programs';
import type { EngineKind } from './settings';

/** Of one side. What it keeps its data with is a part of it: its processes and its files count together. */
export interface Engine {
  readonly address: string;
  readonly metricsPort: number;
  readonly pids: readonly number[];
  readonly folder: string;
  stop(): Promise<void>;
}

/** Both sides get the same options; without a port for its counts it would take one that we do not know. */
export const startEngine = async (kind: EngineKind, folder: string): Promise<Engine> => {
  const dataDir = join(folder, 'engine');
  const logFolder = join(folder, 'logs');
  const [port, metricsPort] = [await freePort(), await freePort()];
  if (kind === 'postgres') {
    const engine = await startTemporalOnPostgres({ dataDir, port, metricsPort, logFolder });
    const { address, pid, postgresPid, clusterFolder, stop } = engine;
    return { address, metricsPort, pids: [pid, postgresPid], folder: clusterFolder, stop };
  }
  const logFile = join(logFolder, 'engine.log');
  const { address, pid, stop } = await startEmbeddedTemporal({ dataDir, port, metricsPort, logFile });
  return { address, metricsPort, pids: [pid], folder: dataDir, stop };
};

/** For the report. @throws where PostgreSQL is not found, before anything of the run began */
export const engineWords = async (kind: EngineKind, devServer: string): Promise<string> =>
  kind === 'dev'
    ? `${devServer}, dev server with its database in a file, one for each side`
    : `Temporal server ${temporalServerVersion}, its four services in one process, ${historyShards} shards, on ${(await findPostgres()).version} with fsync and synchronous_commit on, one of each for each side; PostgreSQL counts as engine`;
