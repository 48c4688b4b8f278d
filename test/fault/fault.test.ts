import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';
import { runFolder } from '../support/run-folder';
import { seedOf } from '../support/seed';
import { crashScenes } from './crash-scenes';
import { notReached } from './needed';
import { type RunReport, runPlan } from './run';

/** The short form of `npm run test:fault`: every named crash point, then 300 orders under a random plan. */
const seed = seedOf('fault');
/** On two quiet cores all is over in four minutes; a busy machine only takes longer. */
const boundMs = 480_000;
const limitMs = boundMs + 420_000;
let folder: string;
let report: RunReport;

beforeAll(async () => {
  folder = await runFolder('codeferry-fault-');
  report = await runPlan({
    folder,
    seed,
    scenes: crashScenes,
    orders: 300,
    faultsMs: 70_000,
    faultEveryMs: 4_000,
    windowSeconds: 90,
    boundMs,
    say: () => undefined,
  });
  const kept = join(projectFolder, '.data', 'fault');
  await mkdir(kept, { recursive: true });
  await writeFile(join(kept, `short-${seed}.json`), JSON.stringify(report));
}, limitMs);

afterAll(async () => {
  const isGreen = report?.safety.length + report?.liveness.length + report?.missed.length === 0;
  if (isGreen) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  else process.stderr.write(`What the fault suite saw is kept in ${folder}\n`);
});

test('each process dies at its named crash points', () => {
  expect(report.missed).toEqual([]);
});

test('safety: no order lost, no second code set, no code astray, nothing after a cancel, every 2xx kept', () => {
  expect(report.safety).toEqual([]);
});

test('liveness: after the last fault every order ends, or waits for a person with a reason', () => {
  expect({ liveness: report.liveness, engineSays: report.open }).toEqual({ liveness: [], engineSays: [] });
});

test('the dangerous states were really reached', () => {
  expect(notReached(report.sometimes)).toEqual([]);
});
