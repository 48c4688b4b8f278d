import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedMongo } from '../../src/dev/embedded-mongo';
import { startEmbeddedTemporal, testServerPath } from '../../src/dev/embedded-temporal';
import { projectFolder } from '../../src/dev/project-folder';
import { leftovers } from '../../src/dev/reaper';
import { type EmbeddedRun, setEmbeddedRun } from './embedded-run';
import { runFolder } from './run-folder';

const onProgress = (line: string) => process.stderr.write(`• ${line}\n`);

/** For tests that start the real processes, and for workers that take the bundle built ahead. */
async function buildDist(): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [join(projectFolder, 'scripts', 'build.mjs')]);
    process.env.TEST_WORKFLOW_BUNDLE = join(projectFolder, 'dist', 'workflow-bundle.js');
  } catch (error) {
    process.stderr.write(
      `The build failed, tests of built processes will too:\n${(error as { stderr?: string }).stderr}\n`,
    );
  }
}

/** Once before all test files: one engine and one database, told to the tests by TEST_* in the environment. */
export default async function startServers(): Promise<void> {
  const folder = await runFolder('codeferry-test-');
  leftovers.addFolder(folder);
  const dataDir = join(folder, 'data');
  const [temporal, mongo, serverPath] = await Promise.all([
    startEmbeddedTemporal({
      dataDir,
      onProgress,
      dynamicConfig: {
        'frontend.WorkflowPauseEnabled': 'true',
        // A deleted workflow is gone only after the next round of these; half a minute when not set.
        'history.transferProcessorUpdateAckInterval': '"1s"',
        'history.visibilityProcessorUpdateAckInterval': '"1s"',
        'history.timerProcessorUpdateAckInterval': '"1s"',
      },
    }),
    startEmbeddedMongo({ dataDir, onProgress }),
    testServerPath(onProgress),
    buildDist(),
  ]);
  process.env.TEST_TEMPORAL_ADDRESS = temporal.address;
  process.env.TEST_MONGODB_URI = mongo.uri;
  process.env.TEST_SERVER_PATH = serverPath;
  const run: EmbeddedRun = { temporal, mongo, folder };
  setEmbeddedRun(run);
}
