import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { branches } from './branches';
import { writeHistory } from './histories';

/** Run by `npm run record-histories`, not by `npm test`: drives every branch on the real engine and keeps its history. */
const file = platformOfFile();
let terminal: TestTerminal;

beforeAll(async () => {
  terminal = await startTerminal();
});

afterAll(() => terminal.stop());

const recordLimitMs = 180_000;

// `test.concurrent` would start before the platform does.
test(
  'every branch is recorded',
  async () => {
    const wanted = process.env.BRANCH;
    const chosen = Object.entries(branches).filter(([name]) => wanted === undefined || name === wanted);
    const outcomes = await Promise.allSettled(
      chosen.map(async ([name, drive]) => {
        const { client } = file.platform;
        const driven = await drive({ platform: file.platform, terminal, issuer: file.issuer }).catch((error: unknown) =>
          Promise.reject(new Error(`${name}: ${error}`)),
        );
        const { workflowId, runId } = typeof driven === 'string' ? { workflowId: driven, runId: undefined } : driven;
        const handle = client.workflow.getHandle(workflowId, runId);
        await handle.result();
        writeHistory(name, await handle.fetchHistory());
      }),
    );
    const problems = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    expect(problems).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(0);
  },
  recordLimitMs,
);
