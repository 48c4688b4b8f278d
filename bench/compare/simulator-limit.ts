import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/bounded/free-port';
import { newSecret } from '../../src/signing/keys';
import { startReady } from './child-ready';
import { deliveredIn, endingsOf, isWhole, latenciesIn } from './endings';
import type { Latencies } from './measured';
import type { Settings } from './settings';
import type { Simulators } from './simulators';
import { readUsage } from './usage';

/** What driver and issuers can do when nothing is behind the wire. */
export interface SimulatorLimit {
  readonly isSigned: boolean;
  readonly ordersPerSecond: number;
  readonly isWhole: boolean;
  readonly paymentToCode: Latencies;
  /** CPU ms per order, by process. */
  readonly cpuPerOrder: Readonly<Record<string, number>>;
}

const inFlight = 64;

/** Run before anything else: the same driver and issuers against a server that only answers. */
export const measureSimulators = async (
  simulators: Simulators,
  settings: Settings,
  folder: string,
): Promise<SimulatorLimit[]> => {
  const port = await freePort();
  const { callbackUrl, terminalUrl } = simulators.outside;
  const server = await startReady({
    name: 'null server',
    args: [join(__dirname, 'null-server.js'), String(port), callbackUrl, terminalUrl],
    logFile: join(folder, 'null.log'),
    readyLine: 'null ready',
  });
  const pids = { ...simulators.pids, server: server.pid };
  const limits: SimulatorLimit[] = [];
  try {
    for (const [n, isSigned] of [false, true, false, true].entries()) {
      const issuers = Array.from({ length: settings.issuers }, (_, i) => ({
        issuerId: `null-${i + 1}`,
        secret: isSigned ? newSecret() : null,
      }));
      await simulators.knowIssuers(issuers);
      const target = { name: 'null', baseUrl: `http://127.0.0.1:${port}`, issuers } as const;
      await simulators.begin({ name: `null-${n}`, target, load: { kind: 'closed', inFlight } });
      await pause(settings.leadInMs);
      const before = readUsage(pids);
      await pause(Math.min(settings.windowMs, 5_000));
      const after = readUsage(pids);
      const placed = await simulators.end(settings.drainLimitMs);
      const delivered = deliveredIn(placed.orders, before.atMs, after.atMs);
      limits.push({
        isSigned,
        ordersPerSecond: (delivered / (after.atMs - before.atMs)) * 1_000,
        isWhole: isWhole(endingsOf(placed)),
        paymentToCode: latenciesIn(placed.orders, before.atMs, after.atMs).paymentToCode,
        cpuPerOrder: Object.fromEntries(
          Object.keys(pids).map((name) => [
            name,
            ((after.processes[name]?.cpuMs ?? 0) - (before.processes[name]?.cpuMs ?? 0)) / delivered,
          ]),
        ),
      });
    }
  } finally {
    await server.stop();
  }
  // The first pass is the warm-up of both.
  return limits.slice(2);
};
