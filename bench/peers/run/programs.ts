import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from '../../../src/dev/find-on-path';
import { projectFolder } from '../../../src/dev/project-folder';
import { type Program, unpackedFolder, versionOf, withLibraries } from '../../engine/debian-packages';

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
  const path = join(benchFolder, 'node_modules', '@restatedev', name, 'bin', 'restate-server');
  if (!existsSync(path))
    throw new Error(`Restate's server was not found: npm has no @restatedev/${name}, or left it out.`);
  return { path, version: await versionOf(path), env: {} };
};

/** Its package.json holds what only the peers need. */
export const benchFolder = join(projectFolder, 'bench');
export const peersFolder = join(benchFolder, 'peers');
