import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePort, isListening, loopback } from '../bounded/free-port';
import { startChild, waitUntilReady } from './child-process';
import { findMongo, type MongoKind, type MongoProgram, mongoKinds } from './mongo-programs';
import { giveUser, lets, mongoUri } from './mongo-user';
import type { Progress } from './temporal-programs';

const readyLimitMs = 60_000;
const databaseName = 'codeferry';
const startTries = 3;

export interface EmbeddedMongoOptions {
  /** Holds one folder named after the kind of server, as one kind cannot read another's files. */
  dataDir: string;
  /** This kind and no other, where the bench has found it. */
  kind?: MongoKind;
  port?: number;
  database?: string;
  /** Of the one user; without it whoever is on this machine gets in. The Rust build of the stand-in has none. */
  password?: string;
  logFile?: string;
  onProgress?: Progress;
}

export interface EmbeddedMongo {
  uri: string;
  port: number;
  pid: number;
  kind: MongoKind;
  exited: Promise<string>;
  lastLines(): string;
  /** SIGTERM, and SIGKILL so that it is over within the limit (5 s when not given). */
  stop(limitMs?: number): Promise<void>;
}

async function answersPing(uri: string, port: number): Promise<boolean> {
  if (!(await isListening(port))) return false;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 1_000, connectTimeoutMS: 1_000 });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

function serverArgs(kind: MongoKind, port: number, folder: string, asksPassword: boolean): string[] {
  const auth = asksPassword ? ['--auth'] : [];
  if (kind === 'mongod') return ['--bind_ip', loopback, '--port', String(port), '--dbpath', folder, '--quiet', ...auth];
  // Without --sync-on-commit acknowledged writes were lost at kill -9. Its cache is left as it is: a small one that is full of
  // what idle connections still see makes it stand still for ever, such as one of 256M after 3,600 rows with 25 indexes.
  // As a replica set it writes each change twice, for change streams that nobody reads.
  const alone = kind === 'secantusdb' ? ['--standalone'] : [];
  return ['--host', loopback, '--port', String(port), '--storage-path', folder, '--sync-on-commit', ...alone, ...auth];
}

/** SecantusDB remembers the last 10,000 writes that may come again, and looks through all of them at each one. */
const forItsDriver = (kind: MongoKind): string => (kind === 'secantusdb' ? '&retryWrites=false' : '');

async function startOnce(
  program: MongoProgram,
  { password, database = databaseName, ...options }: EmbeddedMongoOptions,
): Promise<EmbeddedMongo> {
  const port = options.port ?? (await freePort());
  const folder = join(options.dataDir, program.kind);
  await mkdir(folder, { recursive: true });
  const child = startChild({
    name: program.kind,
    isForeign: true,
    command: program.command,
    args: [...program.leadingArgs, ...serverArgs(program.kind, port, folder, password !== undefined)],
    env: program.env,
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  await waitUntilReady(child, () => answersPing(mongoUri(port, database), port), readyLimitMs);
  return {
    uri: mongoUri(port, database, password) + forItsDriver(program.kind),
    port,
    pid: child.pid,
    kind: program.kind,
    exited: child.exited,
    lastLines: child.lastLines,
    stop: child.stop,
  };
}

async function startSomehow(program: MongoProgram, options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(program, options);
    } catch (error) {
      if (tries === startTries || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

/** `npm start`, the tests' global setup, and fault tests that need a database of their own to kill. */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  const writtenBy = options.kind ?? mongoKinds.find((kind) => existsSync(join(options.dataDir, kind)));
  const program = await findMongo(options.onProgress ?? (() => undefined), writtenBy);
  const { password, ...open } = options;
  if (password === undefined || program.kind === 'secantusd-rs') return startSomehow(program, open);
  if (writtenBy !== undefined) {
    const kept = await startSomehow(program, options);
    if (await lets(kept.uri)) return kept;
    await kept.stop();
  }
  // A folder that is new, from before there was a password, or whose start was cut off before it had one.
  const unlocked = await startSomehow(program, open);
  try {
    await giveUser(unlocked.uri, options.database ?? databaseName, password);
  } finally {
    await unlocked.stop();
  }
  return startSomehow(program, options);
}
