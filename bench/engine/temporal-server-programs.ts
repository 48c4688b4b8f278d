import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../../src/dev/child-process';
import { findOnPath, isExecutable } from '../../src/dev/find-on-path';
import { firstThatWorks } from '../../src/dev/first-that-works';
import { installOnce } from '../../src/dev/install-once';
import { cacheFolder } from '../../src/dev/project-folder';
import type { Progress } from '../../src/dev/temporal-programs';

const buildLimitMs = 60 * 60_000;
/** The same as in docker-compose.yml. */
export const temporalServerVersion = '1.32.0';
const commands = { server: 'server', sqlTool: 'tools/sql' } as const;

export interface TemporalServerPrograms {
  server: string;
  /** Makes the databases and their schemas, which it has inside. */
  sqlTool: string;
}

function keptIn(folder: string): TemporalServerPrograms | undefined {
  const programs = { server: join(folder, 'server'), sqlTool: join(folder, 'sql') };
  return Object.values(programs).every(isExecutable) ? programs : undefined;
}

async function build(folder: string, onProgress: Progress): Promise<TemporalServerPrograms | undefined> {
  const go = findOnPath('go');
  if (go === undefined) throw new Error('`go` is not on the PATH');
  onProgress(`Building the Temporal server ${temporalServerVersion} with Go (once, about ten minutes)`);
  await installOnce(folder, async (fresh) => {
    await mkdir(fresh, { recursive: true });
    const packages = Object.values(commands).map(
      (name) => `go.temporal.io/server/cmd/${name}@v${temporalServerVersion}`,
    );
    // As a child like all others: the end of this process ends the build, too.
    const child = startChild({
      name: 'go install',
      command: go,
      args: ['install', '-trimpath', ...packages],
      env: { GOBIN: fresh },
      cwd: fresh,
    });
    const timer = setTimeout(() => void child.stop(), buildLimitMs);
    const how = await child.exited;
    clearTimeout(timer);
    if (how !== 'code 0') throw new Error(child.lastLines() || `go install ended: ${how}`);
  });
  return keptIn(folder);
}

/** Built from the pinned version, never taken from the PATH: a figure belongs to one version. @throws with what to install */
export function temporalServerPrograms(onProgress: Progress): Promise<TemporalServerPrograms> {
  const folder = join(cacheFolder(), `temporal-server-${temporalServerVersion}`);
  return firstThatWorks(
    `Temporal server ${temporalServerVersion}`,
    [
      { what: 'kept from an earlier run', get: async () => keptIn(folder) },
      { what: 'a build with Go', get: () => build(folder, onProgress) },
    ],
    'Install Go 1.26 or newer (https://go.dev/dl) and let it reach a module proxy; it is needed once, for the build.',
  );
}
