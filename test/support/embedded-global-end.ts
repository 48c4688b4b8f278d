import { rm } from 'node:fs/promises';
import { embeddedRun } from './embedded-run';

const stopLimitMs = 300;

/** Once after all test files; after a Ctrl-C the reaper does the same. */
export default async function stopServers(): Promise<void> {
  const run = embeddedRun();
  if (!run) return;
  // Their data goes too, so nothing is lost by not waiting for an orderly end.
  await Promise.all([run.temporal.stop(stopLimitMs), run.mongo.stop(stopLimitMs)]);
  await rm(run.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
