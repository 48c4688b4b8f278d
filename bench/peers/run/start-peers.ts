import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../src/bounded/free-port';
import { startReady } from '../../compare/child-ready';
import { findPostgres } from '../../engine/postgres-programs';
import type { Contender, ContenderName } from './contender';
import { type Part, startPart } from './part';
import { findRedis, findRestate, peersFolder } from './programs';
import type { StartOptions } from './start-temporal';
import { registerEndpoint, startPostgres, startRedis, startRestate } from './stores';

type PeerName = Exclude<ContenderName, 'platform' | 'bare'>;

/** Stores first; stopped the other way round. */
const contenderOf = async (
  name: PeerName,
  { folder, outside, issuers }: StartOptions,
  stores: readonly Part[],
  settings: Readonly<Record<string, unknown>>,
): Promise<Contender> => {
  const port = await freePort();
  const text = JSON.stringify({ port, ...outside, ...settings });
  const stopAll = async (parts: readonly Part[]): Promise<void> => {
    for (const part of [...parts].reverse()) await part.stop();
  };
  try {
    const app = await startPart(name, 'app', () =>
      startReady({
        name,
        args: [join(peersFolder, `${name}.mjs`), text],
        logFile: join(folder, 'logs', `${name}.log`),
        readyLine: 'peer ready',
      }),
    );
    const parts = [...stores, app];
    return {
      name,
      target: {
        name: 'peer',
        baseUrl: `http://127.0.0.1:${port}`,
        issuers: Array.from({ length: issuers }, (_, n) => ({ issuerId: `${name}-${n + 1}`, secret: null })),
      },
      parts,
      stop: () => stopAll(parts),
    };
  } catch (error) {
    await stopAll(stores);
    throw error;
  }
};

const prepared = ({ folder }: StartOptions): void => {
  mkdirSync(join(folder, 'logs'), { recursive: true });
};

const onPostgres = (name: PeerName) => async (options: StartOptions) => {
  prepared(options);
  const { part, url } = await startPostgres(options.folder, await findPostgres());
  return contenderOf(name, options, [part], { storeUrl: url });
};

const onRedis = async (options: StartOptions): Promise<Contender> => {
  prepared(options);
  const { part, url } = await startRedis(options.folder, await findRedis());
  return contenderOf('bullmq', options, [part], { storeUrl: url });
};

const onRestate = async (options: StartOptions): Promise<Contender> => {
  prepared(options);
  const { part, url, adminUrl } = await startRestate(options.folder, await findRestate());
  const endpointPort = await freePort();
  const contender = await contenderOf('restate', options, [part], { storeUrl: url, endpointPort });
  await registerEndpoint(adminUrl, endpointPort);
  return contender;
};

export const peerStarts: Readonly<Record<PeerName, (options: StartOptions) => Promise<Contender>>> = {
  'express-postgres': onPostgres('express-postgres'),
  dbos: onPostgres('dbos'),
  bullmq: onRedis,
  restate: onRestate,
};
