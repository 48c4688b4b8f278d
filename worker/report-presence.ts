import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { issuerOfCircuit } from '../src/domain/circuit-key';
import type { Outbound } from '../src/outbound/client';
import type { Workers } from '../src/store/workers';

const everyMs = 5_000;
/** The longest delay between two tries is five minutes: a circuit that is needed is probed twice in this time. */
const lookBackMs = 10 * 60_000;
/** The worst ones: a worker that calls thousands of terminals does not write them all. */
const circuitsLimit = 200;
/** Each is an alert: whoever has hundreds of dead terminals keeps no other one from being told. */
const circuitsOfIssuerMax = 5;

/** The same ones as long as none is closed. */
export const fewOfEachIssuer = (keys: readonly string[]): string[] => {
  const counts = new Map<string, number>();
  return keys.toSorted().filter((key) => {
    const issuerId = issuerOfCircuit(key);
    const count = (counts.get(issuerId) ?? 0) + 1;
    counts.set(issuerId, count);
    return issuerId === '' || count <= circuitsOfIssuerMax;
  });
};

/** Called by the worker's root: circuits live in its memory; the console and the alerts look for them in the database. */
export const reportPresence = ({
  workers,
  outbound,
  log,
  nowMs,
}: {
  readonly workers: Workers;
  readonly outbound: Outbound;
  readonly log: Logger;
  readonly nowMs: () => number;
}): { stop(): Promise<void> } => {
  const id = randomUUID();
  const startedAt = new Date(nowMs());
  const stopping = new AbortController();

  const report = (): Promise<void> =>
    workers.report({
      _id: id,
      host: hostname(),
      startedAt,
      at: new Date(nowMs()),
      circuits: outbound
        .breakerStates()
        .filter(({ state, failures }) => state !== 'closed' || failures > 0)
        .sort((a, b) => Number(a.state === 'closed') - Number(b.state === 'closed') || b.failures - a.failures)
        .slice(0, circuitsLimit),
      openedLately: fewOfEachIssuer(outbound.openedWithin(lookBackMs)).slice(0, circuitsLimit),
      throttled: outbound.throttled().slice(0, circuitsLimit),
    });

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await report().catch((error: unknown) => log.warn({ err: error }, 'the worker could not report'));
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await workers.leave(id, new Date(nowMs())).catch(() => undefined);
  };
  const running = run();

  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
};
