import { setTimeout as pause } from 'node:timers/promises';
import { deliveredIn, endingsOf, isWhole, latenciesIn } from '../../compare/endings';
import { familyOf } from '../../compare/family';
import type { Endings, Latencies } from '../../compare/measured';
import { monotonicMs } from '../../compare/monotonic';
import type { Simulators } from '../../compare/simulators';
import type { Contender, ContenderName } from './contender';
import type { Options } from './options';

/** Closed loads: the next order of a lane follows the last one's code. */
export const crowds = [1, 16, 64] as const;

/** One load on one contender in one round. Times are milliseconds. */
export interface Speed {
  readonly contender: ContenderName;
  readonly round: number;
  readonly inFlight: number;
  readonly windowMs: number;
  readonly ordersInWindow: number;
  readonly deliveredPerSecond: number;
  readonly accept: Latencies;
  readonly paymentToCode: Latencies;
  /** CPU ms per delivered order; a store's helper processes count. */
  readonly cpuPerOrder: { readonly app: number; readonly store: number };
  readonly endings: Endings;
  readonly isWhole: boolean;
  readonly repeatedNotices: number;
}

const steadyLimitMs = 20_000;
const steadyPollMs = 100;
const settleMs = 500;

const cpuOf = ({ parts }: Contender): { app: number; store: number } => {
  const of = (role: 'app' | 'store'): number =>
    parts
      .filter((part) => part.role === role)
      .flatMap((part) => familyOf(part.pid()))
      .reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return { app: of('app'), store: of('store') };
};

const untilSteady = async (simulators: Simulators, inFlight: number): Promise<void> => {
  const endMs = monotonicMs() + steadyLimitMs;
  while (monotonicMs() < endMs && (await simulators.delivered()) < inFlight) await pause(steadyPollMs);
};

/** All loads on a contender that is fresh, one after the other, the first one for warming up. */
export const measureSpeed = async (
  contender: Contender,
  simulators: Simulators,
  options: Options,
  round: number,
): Promise<Speed[]> => {
  const { target, name } = contender;
  await simulators.knowIssuers(target.issuers);
  await simulators.begin({ name: `p${round}-warm`, target, load: { kind: 'closed', inFlight: 16 } });
  await pause(options.warmUpMs);
  await simulators.end(options.drainLimitMs);
  const speeds: Speed[] = [];
  for (const inFlight of crowds) {
    await simulators.issuerCounts();
    await simulators.begin({ name: `p${round}-${inFlight}`, target, load: { kind: 'closed', inFlight } });
    await pause(options.leadInMs);
    await untilSteady(simulators, inFlight);
    const [cpuBefore, fromMs] = [cpuOf(contender), monotonicMs()];
    await pause(options.windowMs);
    const [cpuAfter, toMs] = [cpuOf(contender), monotonicMs()];
    const placed = await simulators.end(options.drainLimitMs);
    await pause(settleMs);
    const ordersInWindow = deliveredIn(placed.orders, fromMs, toMs);
    const endings = endingsOf(placed);
    const perOrder = (role: 'app' | 'store') => (cpuAfter[role] - cpuBefore[role]) / Math.max(1, ordersInWindow);
    speeds.push({
      contender: name,
      round,
      inFlight,
      windowMs: toMs - fromMs,
      ordersInWindow,
      deliveredPerSecond: (ordersInWindow / (toMs - fromMs)) * 1_000,
      accept: latenciesIn(placed.orders, fromMs, toMs).accept,
      paymentToCode: latenciesIn(placed.orders, fromMs, toMs).paymentToCode,
      cpuPerOrder: { app: perOrder('app'), store: perOrder('store') },
      endings,
      isWhole: isWhole(endings),
      repeatedNotices: (await simulators.issuerCounts()).repeatedNotices,
    });
  }
  return speeds;
};
