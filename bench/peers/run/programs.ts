import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../../src/dev/find-on-path';
import { cacheFolder, projectFolder } from '../../../src/dev/project-folder';

const run = promisify(execFile);
const fetchLimitMs = 300_000;
const versionLimitMs = 20_000;
const debianLibraries = 'usr/lib/x86_64-linux-gnu';

/** A server program of a peer, wherever it was found. */
export interface Program {
  readonly path: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Debian's packages, unpacked beside the other fetched programs: nothing is installed, and no service is started. */
const unpackedFolder = async (name: string, packages: readonly string[]): Promise<string> => {
  const folder = join(cacheFolder(), 'debian', name);
  if (existsSync(join(folder, 'usr'))) return folder;
  const downloads = `${folder}.download`;
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  try {
    await run('apt-get', ['download', ...packages], { cwd: downloads, timeout: fetchLimitMs });
    for (const file of readdirSync(downloads)) await run('dpkg', ['-x', join(downloads, file), folder]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
  return folder;
};

const versionOf = async (path: string, env: Record<string, string> = {}): Promise<string> => {
  const { stdout } = await run(path, ['--version'], { timeout: versionLimitMs, env: { ...process.env, ...env } });
  return stdout.trim().split('\n')[0] ?? '';
};

const withLibraries = (folder: string): Record<string, string> => ({ LD_LIBRARY_PATH: join(folder, debianLibraries) });

const postgresFolders = '/usr/lib/postgresql';

/** The folder of its programs: the package's own, what the path names, or the package unpacked. @throws with what to install */
export const findPostgres = async (): Promise<Program> => {
  const packaged = existsSync(postgresFolders)
    ? readdirSync(postgresFolders)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(postgresFolders, version, 'bin'))
        .find((bin) => existsSync(join(bin, 'initdb')))
    : undefined;
  const onPath = findOnPath('initdb');
  const bin = packaged ?? (onPath === undefined ? undefined : dirname(onPath));
  if (bin !== undefined) return { path: bin, version: await versionOf(join(bin, 'postgres')), env: {} };
  try {
    const folder = await unpackedFolder('postgresql-15', ['postgresql-15', 'postgresql-client-15', 'libpq5']);
    const path = join(folder, postgresFolders, '15', 'bin');
    return {
      path,
      version: await versionOf(join(path, 'postgres'), withLibraries(folder)),
      env: withLibraries(folder),
    };
  } catch (error) {
    throw new Error(`PostgreSQL was not found and could not be fetched; install Debian's postgresql-15. ${error}`);
  }
};

/** @throws with what to install */
export const findRedis = async (): Promise<Program> => {
  const onPath = findOnPath('redis-server');
  if (onPath !== undefined) return { path: onPath, version: await versionOf(onPath), env: {} };
  try {
    const names = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];
    const folder = await unpackedFolder('redis-server', names);
    const path = join(folder, 'usr', 'bin', 'redis-server');
    return { path, version: await versionOf(path, withLibraries(folder)), env: withLibraries(folder) };
  } catch (error) {
    throw new Error(`redis-server was not found and could not be fetched; install Debian's redis-server. ${error}`);
  }
};

/** It comes inside an npm package for this platform. @throws where there is none */
export const findRestate = async (): Promise<Program> => {
  const name = `restate-server-${process.platform}-${process.arch}`;
  const path = join(peersFolder, 'node_modules', '@restatedev', name, 'bin', 'restate-server');
  if (!existsSync(path))
    throw new Error(`Restate's server was not found: npm has no @restatedev/${name}, or left it out.`);
  return { path, version: await versionOf(path), env: {} };
};

export const peersFolder = join(projectFolder, 'bench', 'peers');
