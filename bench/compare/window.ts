import { setTimeout as pause } from 'node:timers/promises';
import type { Load, PhaseOrders } from './load';
import { monotonicMs } from './monotonic';
import type { Simulators } from './simulators';
import { type Pids, readUsage, type Usage } from './usage';
import type { Target } from './wire';

export interface WindowOf {
  readonly name: string;
  readonly target: Target;
  readonly load: Load;
  /** Whose usage is read at both ends of the window. */
  readonly pids: Pids;
  readonly leadInMs: number;
  readonly windowMs: number;
  readonly drainLimitMs: number;
  /** Told when the window opens and when it closes, by a profile. */
  readonly watch?: Watch;
}

export interface Watch {
  begin(): void;
  end(): void;
}

export interface PlayedWindow {
  readonly before: Usage;
  readonly after: Usage;
  /** When the load was told to end. */
  readonly endedMs: number;
  readonly placed: PhaseOrders;
}

const steadyLimitMs = 30_000;
const steadyPollMs = 250;

/** Each lane has been through once: before that, all orders stand at the same step. */
const untilSteady = async (simulators: Simulators, inFlight: number): Promise<void> => {
  const endMs = monotonicMs() + steadyLimitMs;
  while (monotonicMs() < endMs && (await simulators.delivered()) < inFlight) await pause(steadyPollMs);
};

/** One load on one target, until every accepted order has ended. Played by the bench and by the pieces of growth. */
export const playWindow = async (
  simulators: Simulators,
  { name, target, load, pids, leadInMs, windowMs, drainLimitMs, watch }: WindowOf,
): Promise<PlayedWindow> => {
  await simulators.begin({ name, target, load });
  await pause(leadInMs);
  if (load.kind === 'closed') await untilSteady(simulators, load.inFlight);
  const before = readUsage(pids);
  watch?.begin();
  await pause(windowMs);
  watch?.end();
  const after = readUsage(pids);
  const endedMs = monotonicMs();
  return { before, after, endedMs, placed: await simulators.end(drainLimitMs) };
};

/** ms, by process. */
export const cpuBetween = (before: Usage, after: Usage, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.map((name) => [name, (after.processes[name]?.cpuMs ?? 0) - (before.processes[name]?.cpuMs ?? 0)]),
  );
