import { setTimeout as pause } from 'node:timers/promises';
import { deliveredIn, endingsOf, isWhole, latenciesIn } from '../compare/endings';
import type { Load, PlacedOrder } from '../compare/load';
import type { Endings, Latencies } from '../compare/measured';
import type { PlatformSide } from '../compare/sides';
import { cpuBetween, playWindow } from '../compare/window';
import type { Growing } from './growing';

/** One load of a piece. Times are milliseconds. */
export interface Played {
  readonly windowMs: number;
  readonly ordersInWindow: number;
  readonly perSecond: number;
  readonly accept: Latencies;
  readonly toCode: Latencies;
  /** CPU ms per delivered order, by part; all processes of a part together. */
  readonly cpuPerOrder: Readonly<Record<string, number>>;
  readonly machineBusy: number;
  readonly machineStolen: number;
  /** Of the machine's time in the window: whatever is neither platform nor simulators. */
  readonly othersShare: number;
  readonly endings: Endings;
  readonly isWhole: boolean;
}

export interface LoadOf {
  readonly name: string;
  readonly load: Load;
  readonly windowMs: number;
  readonly leadInMs?: number;
}

/** What follows a delivery (the last projection, an event) has gone by then. */
const settleMs = 1_500;

/** `worker 3` is one of the part `worker`. */
export const byPart = (values: Readonly<Record<string, number>>): Record<string, number> => {
  const parts: Record<string, number> = {};
  for (const [name, value] of Object.entries(values)) {
    const part = name.split(' ')[0] ?? name;
    parts[part] = (parts[part] ?? 0) + value;
  }
  return parts;
};

/** Played until its last order has ended; the orders for what a piece wants to know besides. */
export const playLoad = async (
  { simulators, options }: Pick<Growing, 'simulators' | 'options'>,
  side: PlatformSide,
  { name, load, windowMs, leadInMs = options.leadInMs }: LoadOf,
): Promise<Played & { orders: readonly PlacedOrder[]; fromMs: number; toMs: number }> => {
  const { drainLimitMs } = options;
  const { target } = side;
  const pids = { ...side.pids, ...simulators.pids };
  const window = { name, target, load, pids, leadInMs, windowMs, drainLimitMs };
  const { before, after, placed } = await playWindow(simulators, window);
  await pause(settleMs);
  const { orders } = placed;
  const [fromMs, toMs] = [before.atMs, after.atMs];
  const ordersInWindow = deliveredIn(orders, fromMs, toMs);
  const { accept, paymentToCode } = latenciesIn(orders, fromMs, toMs);
  const endings = endingsOf(placed);
  const machine = (what: 'busyMs' | 'allMs' | 'stolenMs'): number => after.machine[what] - before.machine[what];
  const cpuMs = byPart(cpuBetween(before, after, Object.keys(side.pids)));
  const ownMs = Object.values(cpuBetween(before, after, Object.keys(pids))).reduce((sum, ms) => sum + ms, 0);
  return {
    orders,
    fromMs,
    toMs,
    windowMs: toMs - fromMs,
    ordersInWindow,
    perSecond: (ordersInWindow / (toMs - fromMs)) * 1_000,
    accept,
    toCode: paymentToCode,
    cpuPerOrder: Object.fromEntries(
      Object.entries(cpuMs).map(([part, ms]) => [part, ms / Math.max(1, ordersInWindow)]),
    ),
    machineBusy: machine('busyMs') / machine('allMs'),
    machineStolen: machine('stolenMs') / machine('allMs'),
    othersShare: Math.max(0, machine('busyMs') - ownMs) / machine('allMs'),
    endings,
    isWhole: isWhole(endings),
  };
};

/** Without the orders themselves: what is kept. */
export const keptOf = ({
  orders: _orders,
  fromMs: _fromMs,
  toMs: _toMs,
  ...played
}: Awaited<ReturnType<typeof playLoad>>): Played => played;

export const playedLine = (what: string, { perSecond, accept, toCode, endings }: Played): string =>
  [
    `${what}: ${perSecond.toFixed(1)} orders/s`,
    `accept p50 ${accept.p50?.toFixed(1) ?? '-'} ms, to code p50 ${toCode.p50?.toFixed(1) ?? '-'} ms`,
    `placed ${endings.placed} accepted ${endings.accepted} once ${endings.deliveredOnce} refused ${endings.refused}`,
  ].join(', ');
