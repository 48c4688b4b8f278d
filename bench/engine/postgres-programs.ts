import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from '../../src/dev/find-on-path';
import { type Program, unpackedFolder, versionOf, withLibraries } from './debian-packages';

const packagedFolder = '/usr/lib/postgresql';
const packages = ['postgresql-15', 'postgresql-client-15', 'libpq5'];

/**
 * The folder of its programs: the package's own, what the path names, or the package unpacked. Asked by the engine on PostgreSQL
 * and by the peers of the bench. @throws with what to install
 */
export async function findPostgres(packaged: string = packagedFolder): Promise<Program> {
  const newest = existsSync(packaged)
    ? readdirSync(packaged)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(packaged, version, 'bin'))
        .find((bin) => existsSync(join(bin, 'initdb')))
    : undefined;
  const onPath = findOnPath('initdb');
  const bin = newest ?? (onPath === undefined ? undefined : dirname(onPath));
  if (bin !== undefined) return { path: bin, version: await versionOf(join(bin, 'postgres')), env: {} };
  try {
    const folder = await unpackedFolder('postgresql-15', packages);
    const path = join(folder, packagedFolder, '15', 'bin');
    const env = withLibraries(folder);
    return { path, version: await versionOf(join(path, 'postgres'), env), env };
  } catch (error) {
    throw new Error(
      `PostgreSQL was not found and could not be fetched; install Debian's postgresql-15, or put \`initdb\` on the PATH. ${error}`,
    );
  }
}
