import { setTimeout as pause } from 'node:timers/promises';
import { endingsOf, isWhole } from '../compare/endings';
import type { Endings } from '../compare/measured';
import { monotonicMs } from '../compare/monotonic';
import { median } from '../compare/statistics';
import { readUsage } from '../compare/usage';
import { type Growing, withPlatform } from './growing';

export interface Sample {
  /** Delivered since the load began. */
  readonly orders: number;
  readonly rssMiB: Readonly<Record<string, number>>;
}

/** Medians of the first tenth after the warm-up and of the last one. */
export interface Grown {
  readonly firstMiB: number;
  readonly lastMiB: number;
  readonly share: number;
}

export interface Memory {
  readonly orders: number;
  readonly inFlight: number;
  readonly tookMs: number;
  readonly endings: Endings;
  readonly grown: Readonly<Record<string, Grown | undefined>>;
  /** A hundred at most, spread over the run. */
  readonly samples: readonly Sample[];
}

const inFlight = 16;
const sampleMs = 1_000;
const samplesKept = 100;
const watched = ['api', 'worker'] as const;
/** Of all orders: still warming up. */
const warmShare = 0.1;
/** Without a single delivery: the run is given up. */
const stalledLimitMs = 300_000;

/** Undefined where a tenth has no sample. */
export const grownIn = (samples: readonly Sample[], orders: number, part: string): Grown | undefined => {
  const tenth = (from: number): number | undefined =>
    median(
      samples
        .filter((sample) => sample.orders >= from * orders && sample.orders <= (from + 0.1) * orders)
        .flatMap(({ rssMiB }) => rssMiB[part] ?? []),
    );
  const [firstMiB, lastMiB] = [tenth(warmShare), tenth(0.9)];
  return firstMiB === undefined || lastMiB === undefined
    ? undefined
    : { firstMiB, lastMiB, share: lastMiB / firstMiB - 1 };
};

const spread = (samples: readonly Sample[]): Sample[] => {
  const step = Math.max(1, samples.length / samplesKept);
  return Array.from({ length: Math.min(samplesKept, samples.length) }, (_, n) => samples[Math.floor(n * step)]).filter(
    (sample) => sample !== undefined,
  );
};

/** Resident memory of api and worker, every second, while many orders run. Its own first tenth warms up. */
export const measureMemory = async (growing: Growing) => {
  const { options, simulators, say } = growing;
  const { orders } = options;
  const found = await withPlatform(growing, { name: 'memory', isCold: true }, async (side): Promise<Memory> => {
    const samples: Sample[] = [];
    const startedMs = monotonicMs();
    let movedMs = startedMs;
    await simulators.begin({ name: 'memory', target: side.target, load: { kind: 'closed', inFlight } });
    for (let delivered = 0; delivered < orders && monotonicMs() - movedMs < stalledLimitMs; ) {
      await pause(sampleMs);
      const now = await simulators.delivered();
      if (now > delivered) movedMs = monotonicMs();
      delivered = now;
      const { processes } = readUsage(side.pids);
      const rssMiB = Object.fromEntries(Object.entries(processes).map(([name, usage]) => [name, usage.rssMiB]));
      samples.push({ orders: delivered, rssMiB });
    }
    const tookMs = monotonicMs() - startedMs;
    const endings = endingsOf(await simulators.end(options.drainLimitMs));
    const grown = Object.fromEntries(watched.map((part) => [part, grownIn(samples, orders, part)]));
    for (const part of watched) say(`${part}: ${((grown[part]?.share ?? Number.NaN) * 100).toFixed(1)} % more memory`);
    return { orders, inFlight, tookMs, endings, grown, samples: spread(samples) };
  });
  return { settings: { orders, inFlight }, isWhole: isWhole(found.endings), found };
};
