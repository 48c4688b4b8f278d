import { randomUUID } from 'node:crypto';
import type { Outbound } from '../src/outbound/client';
import type { Circuits } from '../src/store/circuits';

const everyMs = 10_000;
/** The longest delay between two tries is five minutes: a circuit that is needed is probed twice in this time. */
const lookBackMs = 10 * 60_000;

/** Circuits live in the memory of one worker: the one that looks for trouble learns of the others' by this. Returns what ends it. */
export const tellCircuits = ({
  circuits,
  outbound,
  nowMs,
}: {
  readonly circuits: Circuits;
  readonly outbound: Outbound;
  readonly nowMs: () => number;
}): (() => void) => {
  const worker = randomUUID();
  let wasOpen = false;
  const tell = async (): Promise<void> => {
    const keys = outbound.openedWithin(lookBackMs);
    // Nothing open, and the database knows it: nothing is written.
    if (keys.length === 0 && !wasOpen) return;
    await circuits.tell(worker, new Date(nowMs()), keys);
    wasOpen = keys.length > 0;
  };
  // The next round tells what this one could not.
  const timer = setInterval(() => void tell().catch(() => undefined), everyMs);
  timer.unref();
  return () => clearInterval(timer);
};
