import { join } from 'node:path';
import { freePort, isListening } from '../../src/bounded/free-port';
import type { Child } from '../../src/dev/child-process';
import { startChild, waitUntilReady } from '../../src/dev/child-process';
import type { IssuerCounts } from './issuers-process';
import { tell } from './json-server';
import type { Phase, PhaseOrders } from './load';
import type { Outside } from './sides';
import type { Sender } from './wire';

const readyLimitMs = 20_000;

export interface Simulators {
  readonly outside: Outside;
  readonly pids: Readonly<Record<'driver' | 'issuers', number>>;
  knowIssuers(senders: readonly Sender[]): Promise<void>;
  begin(phase: Phase): Promise<void>;
  /** Of the running phase. */
  delivered(): Promise<number>;
  /** Of the running phase. */
  placed(): Promise<{ readonly sent: number; readonly answered: number }>;
  end(drainLimitMs: number): Promise<PhaseOrders>;
  /** Since the last reading. */
  issuerCounts(): Promise<IssuerCounts>;
  stop(): Promise<void>;
}

/** Both processes outside of what is measured: the driver with the terminal, and the issuers. */
export const startSimulators = async (folder: string): Promise<Simulators> => {
  const [controlPort, terminalPort, issuersPort] = [await freePort(), await freePort(), await freePort()];
  const start = async (name: string, ports: number[]): Promise<Child> => {
    const child = startChild({
      name,
      command: process.execPath,
      args: [join(__dirname, `${name}-process.js`), ...ports.map(String)],
      env: { NODE_ENV: 'production' },
      logFile: join(folder, `${name}.log`),
    });
    await waitUntilReady(
      child,
      async () => (await Promise.all(ports.map(isListening))).every((listens) => listens),
      readyLimitMs,
    );
    return child;
  };
  const driver = await start('driver', [controlPort, terminalPort]);
  const issuers = await start('issuers', [issuersPort]);
  return {
    outside: {
      callbackUrl: `http://127.0.0.1:${issuersPort}/callbacks`,
      terminalUrl: `http://127.0.0.1:${terminalPort}/terminal`,
    },
    pids: { driver: driver.pid, issuers: issuers.pid },
    knowIssuers: (senders) => tell(issuersPort, '/issuers', senders),
    begin: (phase) => tell(controlPort, '/begin', phase),
    delivered: () => tell(controlPort, '/delivered'),
    placed: () => tell(controlPort, '/placed'),
    end: (drainLimitMs) => tell(controlPort, '/end', { drainLimitMs }),
    issuerCounts: () => tell(issuersPort, '/counts'),
    stop: async () => {
      await Promise.all([driver.stop(), issuers.stop()]);
    },
  };
};
