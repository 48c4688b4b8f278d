import { LRUCache } from 'lru-cache';

export interface BreakerOptions {
  readonly clock: { nowMs(): number };
  readonly windowMs?: number;
  readonly callsMin?: number;
  /** Opens when at least this share of the window's calls failed. */
  readonly failureShare?: number;
  readonly openMs?: number;
  /** A probe that never reported back is given up after this long. */
  readonly probeLimitMs?: number;
  readonly keysMax?: number;
  /** Opens when so many different callers failed, at least. */
  readonly callersMin?: number;
  /** One success is enough to forget every failure, and closes it: nothing but failures in a row opens it. */
  readonly isClosedBySuccess?: boolean;
}

/** One admitted call; exactly one of the three is called when it ends. `dropped` is for our own stops. */
export interface BreakerPass {
  succeeded(): void;
  failed(caller?: string): void;
  dropped(): void;
}

export type BreakerAnswer =
  | { readonly admitted: true; readonly pass: BreakerPass }
  | { readonly admitted: false; readonly retryAfterMs: number };

export interface BreakerState {
  readonly key: string;
  readonly state: 'closed' | 'open' | 'half_open';
  readonly calls: number;
  readonly failures: number;
}

interface Slice {
  readonly startMs: number;
  calls: number;
  failures: number;
}

interface Circuit {
  slices: Slice[];
  /** Who failed; no more than are asked for. */
  readonly callers: Set<string>;
  /** Undefined while closed. */
  openedAtMs: number | undefined;
  probeStartedAtMs: number | undefined;
}

const slicesPerWindow = 30;

/**
 * One circuit per issuer, terminal or host, so that one that is down costs a refusal instead of a slot for eight seconds.
 * Counts are kept in slices of the window: the memory per circuit is bounded however many calls there are.
 */
export const createBreaker = ({
  clock,
  windowMs = 5 * 60_000,
  callsMin = 10,
  failureShare = 0.7,
  openMs = 30_000,
  probeLimitMs = 10_000,
  keysMax = 10_000,
  callersMin = 0,
  isClosedBySuccess = false,
}: BreakerOptions) => {
  const circuits = new LRUCache<string, Circuit>({ max: keysMax });
  const sliceMs = windowMs / slicesPerWindow;

  const circuitOf = (key: string): Circuit => {
    const circuit = circuits.get(key) ?? {
      slices: [],
      callers: new Set(),
      openedAtMs: undefined,
      probeStartedAtMs: undefined,
    };
    circuits.set(key, circuit);
    return circuit;
  };

  const countsOf = (circuit: Circuit) => {
    const nowMs = clock.nowMs();
    circuit.slices = circuit.slices.filter((slice) => slice.startMs > nowMs - windowMs);
    let calls = 0;
    let failures = 0;
    for (const slice of circuit.slices) {
      calls += slice.calls;
      failures += slice.failures;
    }
    return { calls, failures };
  };

  const close = (circuit: Circuit): void => {
    circuit.openedAtMs = undefined;
    circuit.probeStartedAtMs = undefined;
    circuit.slices = [];
    circuit.callers.clear();
  };

  const count = (circuit: Circuit, failed: boolean, caller?: string): void => {
    const startMs = Math.floor(clock.nowMs() / sliceMs) * sliceMs;
    let slice = circuit.slices.at(-1);
    if (slice?.startMs !== startMs) {
      slice = { startMs, calls: 0, failures: 0 };
      circuit.slices.push(slice);
    }
    slice.calls += 1;
    if (failed) slice.failures += 1;
    const { calls, failures } = countsOf(circuit);
    if (caller !== undefined && circuit.callers.size < callersMin) circuit.callers.add(caller);
    const isEnough = calls >= callsMin && failures >= failureShare * calls && circuit.callers.size >= callersMin;
    if (failed && isEnough) circuit.openedAtMs = clock.nowMs();
  };

  /** A call that began before the circuit opened says nothing new: only the probe decides. */
  const ordinaryPass = (circuit: Circuit): BreakerPass => ({
    succeeded: () => {
      if (isClosedBySuccess) close(circuit);
      else if (circuit.openedAtMs === undefined) count(circuit, false);
    },
    failed: (caller) => {
      if (circuit.openedAtMs === undefined) count(circuit, true, caller);
    },
    dropped: () => {},
  });

  const probePass = (circuit: Circuit, startedAtMs: number): BreakerPass => {
    const end = (result: () => void) => () => {
      if (circuit.probeStartedAtMs !== startedAtMs) return;
      circuit.probeStartedAtMs = undefined;
      result();
    };
    return {
      succeeded: end(() => close(circuit)),
      failed: end(() => {
        circuit.openedAtMs = clock.nowMs();
      }),
      dropped: end(() => {}),
    };
  };

  const admit = (key: string): BreakerAnswer => {
    const circuit = circuitOf(key);
    const nowMs = clock.nowMs();
    if (circuit.openedAtMs === undefined) return { admitted: true, pass: ordinaryPass(circuit) };
    const probeFreeAtMs = circuit.probeStartedAtMs === undefined ? 0 : circuit.probeStartedAtMs + probeLimitMs;
    const waitMs = Math.max(circuit.openedAtMs + openMs, probeFreeAtMs) - nowMs;
    if (waitMs > 0) return { admitted: false, retryAfterMs: Math.max(waitMs, 1000) };
    circuit.probeStartedAtMs = nowMs;
    return { admitted: true, pass: probePass(circuit, nowMs) };
  };

  const states = (): BreakerState[] =>
    [...circuits.entries()].reverse().map(([key, circuit]) => {
      const open = circuit.openedAtMs !== undefined;
      const halfOpen = open && (circuit.openedAtMs as number) + openMs <= clock.nowMs();
      return { key, state: halfOpen ? 'half_open' : open ? 'open' : 'closed', ...countsOf(circuit) };
    });

  /** Not closed, and opened again lately: one that nobody needs any more says nothing of the other side's health. */
  const openedWithin = (ms: number): string[] =>
    [...circuits.entries()]
      .reverse()
      .flatMap(([key, { openedAtMs }]) => (openedAtMs !== undefined && openedAtMs > clock.nowMs() - ms ? [key] : []));

  return { admit, states, openedWithin };
};

export type Breaker = ReturnType<typeof createBreaker>;
