import { setTimeout as pause } from 'node:timers/promises';
import type { CrashPoint } from './crash-points';
import type { Tell } from './facts';
import type { Part, PlatformParts, ProxyName } from './parts';
import type { PlannedFault } from './plan';

/** Longer than a part of the platform takes to be up again after its death. */
const startUpMs = 8_000;
/** A fault of the network lasts from the first bytes that it meets on: few of them go to a mail server. */
const touchLimitMs = 8_000;

/** Does one fault and resolves when it is over; each goes to the supervisor's log with its end. */
export const doFault = async (platform: PlatformParts, fault: PlannedFault, tell: Tell): Promise<void> => {
  const { kind, target, durationMs } = fault;
  const told = (extraMs: number, name: string = kind): void =>
    tell({ what: 'fault', kind: name, target, untilMs: Date.now() + durationMs + extraMs });
  switch (fault.kind) {
    case 'kill':
      await untilThere(platform.part(target));
      if (kill(platform.part(target), durationMs)) told(startUpMs);
      return;
    case 'kill_both':
      told(startUpMs);
      for (const name of ['worker-1', 'worker-2', 'temporal']) kill(platform.part(name), durationMs);
      return;
    case 'stop': {
      const part = platform.part(target);
      await untilThere(part);
      if (!part.signal('SIGSTOP')) return;
      told(2_000);
      await pause(durationMs);
      part.signal('SIGCONT');
      return;
    }
    case 'clock_step':
      told(2_000);
      platform.crashes.stepClock(target, fault.stepMs);
      await pause(durationMs);
      platform.crashes.stepClock(target, 0);
      return;
    case 'full_disk':
      if (!platform.disk) return;
      told(startUpMs);
      platform.disk.fill();
      await pause(durationMs);
      platform.disk.free();
      return;
    case 'network': {
      const proxy = platform.proxies.get(target as ProxyName);
      if (!proxy) return;
      const before = proxy.touched();
      proxy.begin(fault.fault);
      for (const endMs = Date.now() + touchLimitMs; proxy.touched() === before && Date.now() < endMs; ) await pause(20);
      told(2_000, fault.fault);
      await pause(durationMs);
      proxy.end();
      return;
    }
    case 'graceful_stop_cut_short': {
      const part = platform.part(target);
      part.setRestartDelay(200);
      await untilThere(part);
      if (!part.signal('SIGTERM')) return;
      const before = part.deaths();
      told(startUpMs);
      await pause(durationMs);
      if (part.deaths() === before) part.signal('SIGKILL');
      return;
    }
    case 'crash_point':
      told(startUpMs);
      platform.crashes.arm(target as CrashPoint);
      return;
    default:
      fault satisfies never;
  }
};

/** Another fault may have ended it a moment ago. */
const untilThere = async (part: Part): Promise<void> => {
  for (let n = 0; !part.isUp() && n < 100; n += 1) await pause(100);
};

export const kill = (part: Part, downMs: number): boolean => {
  part.setRestartDelay(downMs);
  return part.signal('SIGKILL');
};
