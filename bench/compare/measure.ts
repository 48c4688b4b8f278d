import { setTimeout as pause } from 'node:timers/promises';
import { deliveredIn, endingsOf, latenciesIn, secondsOf } from './endings';
import { callsBetween, type EngineCalls, readEngineCalls } from './engine-counts';
import type { Load, PlacedOrder } from './load';
import type { Measured } from './measured';
import type { PhaseName } from './phases';
import type { Settings } from './settings';
import type { Side } from './sides';
import type { Simulators } from './simulators';
import { readUsage, type Usage } from './usage';
import { cpuBetween, playWindow, type Watch } from './window';

export interface Phase {
  readonly phase: PhaseName;
  readonly round: number;
  readonly load: Load;
}

interface Counts {
  readonly engineCalls: EngineCalls;
  readonly operations: Readonly<Record<string, number>> | undefined;
  readonly usage: Usage;
}

/** What follows a delivery (the last projection, an event) has gone by then, and belongs to its phase. */
const settleMs = 1_500;

const readCounts = async ({ engine, database, pids }: Side): Promise<Counts> => ({
  engineCalls: await readEngineCalls(engine.metricsPort),
  operations: await database?.counts.operations(),
  usage: readUsage(pids),
});

const perOrder = (
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  orders: number,
): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([name, n]) => [name, (n - (before[name] ?? 0)) / orders]));

const writtenBetween = (before: Usage, after: Usage, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      (after.processes[name]?.writtenBytes ?? 0) - (before.processes[name]?.writtenBytes ?? 0),
    ]),
  );

/** One load on one side while the other one rests. Counts are of the whole phase, times and CPU of its window. */
export const measure = async (
  {
    side,
    resting,
    simulators,
    settings,
    watch,
  }: {
    side: Side;
    resting: Side;
    simulators: Simulators;
    settings: Settings;
    watch?: Watch;
  },
  { phase, round, load }: Phase,
): Promise<{ measured: Measured; orders: readonly PlacedOrder[] }> => {
  const rests = Object.entries(resting.pids).map(([name, pid]) => [`resting ${name}`, pid] as const);
  const pids = { ...side.pids, ...simulators.pids, ...Object.fromEntries(rests) };
  const name = `r${round}-${phase}`;
  await simulators.issuerCounts();
  const countsBefore = await readCounts(side);
  const { before, after, endedMs, placed } = await playWindow(simulators, {
    name,
    target: side.target,
    load,
    pids,
    leadInMs: phase === 'warm' ? 0 : settings.leadInMs,
    windowMs: phase === 'warm' ? settings.warmUpMs : settings.windowMs,
    drainLimitMs: settings.drainLimitMs,
    ...(watch ? { watch } : {}),
  });
  await pause(settleMs);
  const countsAfter = await readCounts(side);
  const issuers = await simulators.issuerCounts();

  const { orders } = placed;
  const endings = endingsOf(placed);
  const windowMs = after.atMs - before.atMs;
  const ordersInWindow = deliveredIn(orders, before.atMs, after.atMs);
  const own = [...Object.keys(side.pids), ...Object.keys(simulators.pids)];
  const cpuMs = cpuBetween(before, after, own);
  const restingMs = cpuBetween(
    before,
    after,
    rests.map(([restingName]) => restingName),
  );
  const machine = (what: keyof Usage['machine']): number => after.machine[what] - before.machine[what];
  const scaled = (values: Record<string, number>, by: number): Record<string, number> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value / by]));
  const lastMs = Math.max(endedMs, ...orders.map(({ deliveredMs = 0 }) => deliveredMs));
  const allDelivered = Math.max(1, endings.deliveredOnce);
  const measured: Measured = {
    side: side.target.name,
    phase,
    round,
    windowMs,
    ...(load.kind === 'open' ? { offeredPerSecond: load.perSecond } : {}),
    deliveredPerSecond: (ordersInWindow / windowMs) * 1_000,
    ordersInWindow,
    ...latenciesIn(orders, before.atMs, after.atMs),
    drainMs: lastMs - endedMs,
    endings,
    issuers,
    cpuPerOrder: scaled(cpuMs, Math.max(1, ordersInWindow)),
    cpuShare: scaled(cpuMs, windowMs),
    restingCpuShare: Object.values(restingMs).reduce((sum, ms) => sum + ms, 0) / windowMs,
    machineBusy: machine('busyMs') / machine('allMs'),
    machineStolen: machine('stolenMs') / machine('allMs'),
    rssMiB: Object.fromEntries(own.map((key) => [key, after.processes[key]?.rssMiB ?? 0])),
    engineCallsPerOrder: scaled({ ...callsBetween(countsBefore.engineCalls, countsAfter.engineCalls) }, allDelivered),
    ...(countsBefore.operations && countsAfter.operations
      ? { databaseOperationsPerOrder: perOrder(countsBefore.operations, countsAfter.operations, allDelivered) }
      : {}),
    writtenPerOrder: scaled(
      writtenBetween(countsBefore.usage, countsAfter.usage, Object.keys(side.folders)),
      allDelivered,
    ),
    seconds: secondsOf(orders),
  };
  return { measured, orders };
};
