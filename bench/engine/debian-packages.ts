import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../src/dev/find-on-path';
import { cacheFolder } from '../../src/dev/project-folder';

const run = promisify(execFile);
const fetchLimitMs = 300_000;
const versionLimitMs = 20_000;
const debianLibraries = 'usr/lib/x86_64-linux-gnu';

/** A server program, or the folder of one with its tools, wherever it was found. */
export interface Program {
  readonly path: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Debian's packages, unpacked beside the other fetched programs: nothing is installed, and no service is started. */
export async function unpackedFolder(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cacheFolder(), 'debian', name);
  if (existsSync(join(folder, 'usr'))) return folder;
  const apt = findOnPath('apt-get');
  if (apt === undefined) throw new Error('`apt-get` is not on the PATH');
  const downloads = `${folder}.download`;
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  try {
    await run(apt, ['download', ...packages], { cwd: downloads, timeout: fetchLimitMs });
    for (const file of readdirSync(downloads)) await run('dpkg', ['-x', join(downloads, file), folder]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
  return folder;
}

export async function versionOf(path: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: versionLimitMs, env: { ...process.env, ...env } });
  return stdout.trim().split('\n')[0] ?? '';
}

export const withLibraries = (folder: string): Record<string, string> => ({
  LD_LIBRARY_PATH: join(folder, debianLibraries),
});
