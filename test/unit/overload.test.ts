import { createLoadShedder } from '../../src/overload/load-shedder';
import { createWorkflowStarter } from '../../src/overload/workflow-starter';
import { acceptedRow } from '../support/database-of-file';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** The shedder before the starter, as the api has them, on an engine that does one thing after another. */
const platform = ({ startMs }: { startMs: number }) => {
  const nowMs = () => jest.now();
  let freeMs = nowMs();
  const engineDoes = async (): Promise<void> => {
    freeMs = Math.max(freeMs, nowMs()) + startMs;
    await new Promise<void>((resolve) => setTimeout(resolve, freeMs - nowMs()));
  };
  /** The issuer verifies as soon as it can, in the engine's queue as well. */
  const verify = async (): Promise<void> => {
    const sinceMs = nowMs();
    await engineDoes();
    const tookMs = nowMs() - sinceMs;
    shedder.note('ask_verify', tookMs > 3_000 ? 'unavailable' : 'ok', Math.min(3, tookMs / 1_000), tookMs);
  };
  const startOrder = async () => {
    await engineDoes();
    void verify();
    return 'started' as const;
  };
  const quiet = () => undefined;
  const starter = createWorkflowStarter({ gateway: { startOrder }, log: { warn: quiet, error: quiet }, nowMs });
  const shedder = createLoadShedder({ backlog: starter.backlog, nowMs });
  let placed = 0;
  return async (payments: number, everyMs: number): Promise<number> => {
    let taken = 0;
    for (let n = 0; n < payments; n += 1) {
      try {
        shedder.admit('one');
        placed += 1;
        taken += 1;
        starter.startSoon(acceptedRow(`order-${placed}`));
      } catch {
        // Refused with 429.
      }
      await jest.advanceTimersByTimeAsync(everyMs);
    }
    return taken;
  };
};

test.each([0, 5, 20, 40, 80])(
  'of 60 payments at once, %i ms apart, on a platform that just started all are taken, however slow its engine is',
  async (everyMs) => {
    for (const startMs of [5, 50, 120, 500, 2_000]) {
      const burst = platform({ startMs });
      expect([startMs, await burst(60, everyMs)]).toEqual([startMs, 60]);
    }
  },
);
