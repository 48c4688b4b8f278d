import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loopback } from '../bounded/free-port';
import { findOnPath } from './find-on-path';
import { firstThatWorks, type Source } from './first-that-works';
import { cacheFolder } from './project-folder';
import { installedPackages, type PythonPackages, packagesFromWheels } from './python-wheels';
import { requireReachable } from './reachable';
import type { Progress } from './temporal-programs';

export type MongoKind = 'mongod' | 'secantusd-rs' | 'secantusdb';
export const mongoKinds: readonly MongoKind[] = ['mongod', 'secantusd-rs', 'secantusdb'];

export interface MongoProgram {
  kind: MongoKind;
  command: string;
  /** What comes before the server's own options. */
  leadingArgs: string[];
  env: Record<string, string>;
}

const wheelMinors = [10, 11, 12, 13] as const;
const secantusFolder = () => join(cacheFolder(), 'secantusdb-0.7.0b3');
const mongodVersion = '8.0.12';
const mongodFolder = () => join(cacheFolder(), `mongod-${mongodVersion}`);
const versionLimitMs = 20_000;
const run = promisify(execFile);

const plain = (kind: MongoKind, command: string): MongoProgram => ({ kind, command, leadingArgs: [], env: {} });

const secantus = ({ python, folder }: PythonPackages): MongoProgram => ({
  kind: 'secantusdb',
  command: python,
  leadingArgs: ['-s', '-c', 'import sys; from secantus.cli import main; sys.exit(main())'],
  env: { PYTHONPATH: folder },
});

/**
 * What mongodb-memory-server would ask. The only proof of its archive is TLS, as the checksum comes from the same server.
 * @throws where the settings forbid it
 */
function vendorOfMongod(): string {
  const { MONGOMS_RUNTIME_DOWNLOAD, MONGOMS_DOWNLOAD_URL, MONGOMS_DOWNLOAD_MIRROR } = process.env;
  if (/^(false|0|no|off)$/i.test(MONGOMS_RUNTIME_DOWNLOAD ?? ''))
    throw new Error('forbidden by MONGOMS_RUNTIME_DOWNLOAD');
  const url = MONGOMS_DOWNLOAD_URL || MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org';
  const { protocol, hostname, host } = new URL(url);
  if (protocol !== 'https:' && hostname !== loopback) throw new Error(`${host} is asked over https only`);
  return url;
}

/** As mongodb-memory-server does it, but only for the program: the data folder is ours and stays. */
async function mongodFromVendor(onProgress: Progress = () => undefined): Promise<string> {
  if (!(await isMongodKept())) {
    await requireReachable(vendorOfMongod());
    onProgress('Fetching MongoDB from its vendor (once)');
  }
  // Without this it takes any certificate.
  process.env.npm_config_strict_ssl = 'true';
  const { MongoBinary } = await import('mongodb-memory-server-core');
  await mkdir(mongodFolder(), { recursive: true });
  const path = await MongoBinary.getPath({ downloadDir: mongodFolder(), version: mongodVersion, checkMD5: true });
  // A build for another system, or one that lacks a library, is fetched all the same.
  await run(path, ['--version'], { timeout: versionLimitMs });
  return path;
}

async function isMongodKept(): Promise<boolean> {
  const kept = await readdir(mongodFolder()).catch(() => []);
  return kept.some((name) => /^mongod[^.]*(\.exe|[\d.-]+)?$/.test(name));
}

const cachedMongod = async (): Promise<string | undefined> => ((await isMongodKept()) ? mongodFromVendor() : undefined);

const asMongod = (path: string | undefined) => (path === undefined ? undefined : plain('mongod', path));

function sources(
  onProgress: Progress,
): Record<MongoKind, { atHand: Source<MongoProgram>[]; fetched: Source<MongoProgram>[] }> {
  const onPath = (kind: MongoKind): Source<MongoProgram> => ({
    what: `\`${kind}\` on the PATH`,
    get: async () => {
      const path = findOnPath(kind);
      return path === undefined ? undefined : plain(kind, path);
    },
  });
  return {
    mongod: {
      atHand: [
        onPath('mongod'),
        { what: '`mongod` kept from an earlier run', get: async () => asMongod(await cachedMongod()) },
      ],
      fetched: [
        { what: "the vendor's download of mongod", get: async () => asMongod(await mongodFromVendor(onProgress)) },
      ],
    },
    secantusdb: {
      atHand: [
        {
          what: 'SecantusDB kept from an earlier run',
          get: async () => {
            const installed = await installedPackages(secantusFolder());
            return installed && secantus(installed);
          },
        },
      ],
      fetched: [
        {
          what: 'pinned wheels of SecantusDB through pip',
          get: async () => {
            onProgress('Fetching SecantusDB, the embedded database (25 MB, once)');
            return secantus(await packagesFromWheels('secantusdb.txt', wheelMinors, secantusFolder()));
          },
        },
      ],
    },
    'secantusd-rs': { atHand: [onPath('secantusd-rs')], fetched: [] },
  };
}

const help = 'Any of these helps: internet access, `mongod` on the PATH, MONGODB_URI, or Python 3.10 to 3.13 with pip.';

/** `writtenBy`: the data folder has the files of that kind, which no other can read. */
export function findMongo(onProgress: Progress, writtenBy?: MongoKind): Promise<MongoProgram> {
  const { mongod, secantusdb, 'secantusd-rs': rust } = sources(onProgress);
  if (writtenBy !== undefined) {
    const { atHand, fetched } = sources(onProgress)[writtenBy];
    const reason = `The data folder was written by ${writtenBy}; another DATA_DIR starts afresh.`;
    return firstThatWorks('MongoDB', [...atHand, ...fetched], `${reason} ${help}`);
  }
  // What is here comes before any download; MongoDB itself before its stand-in.
  const chain = [mongod.atHand, secantusdb.atHand, rust.atHand, mongod.fetched, secantusdb.fetched];
  return firstThatWorks('MongoDB', chain.flat(), help);
}
