import { Gauge, type Registry } from 'prom-client';
import { Failure } from '../domain/failures';
import type { EngineCallResult } from '../temporal/order-gateway';

/**
 * How long a question to an order should take at most. Well below the limit of three seconds, past which an issuer hears
 * 503 or 202 and asks again: what is asked twice is worked on twice, and less and less gets done.
 */
const aimMs = 1_500;
/**
 * How long a new order's workflow should wait for its first task at most. Questions to orders pass it by, as a running
 * workflow's worker asks for its own: they may be answered fast while new orders wait longer and longer.
 */
const waitAimMs = 8_000;
/** Below it no queue stands before the first tasks, however many orders have come: their issuers verify when they like. */
const queueMs = 500;
/** So many looks back it is counted how many more orders came than were verified. */
const looksMax = 10;
/** What got through at best is forgotten by half within twelve minutes. */
const bestForgetsEachLook = 0.999;
/** Questions are looked back on this long; of fewer than `askedMin` nothing is concluded. */
const spanMs = 2_000;
const askedMin = 6;
/** Of waits fewer say enough: a platform that is far behind gets little through. */
const waitsMin = 3;
/** Never less, so that it is found out when things go well again. */
const floorPerSecond = 2;
const riseEachLook = 1.03;
const forgetsEachLook = 0.95;
/** Of what gets through, while the backlog is worked off. */
const leastShare = 0.4;
const lookEveryMs = 1_000;
const fillEveryMs = 50;
/** So long without a refusal, and the limit is lifted. */
const calmMs = 20_000;
/** An issuer has a share of its own while its last order is younger. */
const shareMs = 10_000;
const issuersMax = 10_000;
/** A share holds at least so many orders, for those that come in pairs. */
const sharesAtOnce = 2;
/** So many orders are taken whatever is measured: a burst that comes out of calm is over before it can be judged. */
const burst = 64;
/** Spent, the burst is whole again after so long without a limit. */
const burstRefillsMs = 20_000;

interface Share {
  tokens: number;
  seenMs: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Question {
  readonly atMs: number;
  readonly tookMs: number;
  readonly isVerified: boolean;
  readonly waitedMs: number | undefined;
}

export type LoadShedder = ReturnType<typeof createLoadShedder>;

/**
 * New orders are refused, fast and before anything is written, while the orders that were accepted are answered too slowly
 * or begin too late, or more of them come than the engine begins. Of what can be taken each issuer has an equal share, and takes what others leave of theirs: who sends
 * little is not refused because of one who sends much. Per process; every process sees its part of the same questions.
 */
export const createLoadShedder = ({
  backlog,
  nowMs = () => performance.now(),
}: {
  /** Orders that the engine has not begun, as a part of those that are too many. */
  backlog: () => number;
  nowMs?: () => number;
}) => {
  let asked: Question[] = [];
  let admitted = 0;
  let verified = 0;
  /** Of the last looks, how many more came than got through. */
  let ahead: number[] = [];
  let best = 0;
  let capacity = 0;
  let perSecond = Number.POSITIVE_INFINITY;
  let lookedMs = nowMs();
  let filledMs = nowMs();
  let refusedMs = 0;
  let pool = 0;
  let burstLeft = burst;
  let burstMs = nowMs();
  const shares = new Map<string, Share>();

  const slowness = (questions: readonly Question[]): number =>
    questions.length < askedMin ? 0 : mean(questions.map(({ tookMs }) => tookMs)) / aimMs;

  /** Those verified now came a while ago: how long those will wait that came since is told by their number. */
  const lateness = (questions: readonly Question[]): number => {
    const waits = questions.flatMap(({ isVerified, waitedMs }) => (isVerified ? (waitedMs ?? []) : []));
    if (waits.length < waitsMin || mean(waits) < queueMs) return 0;
    const willWaitMs = (1_000 * ahead.reduce((sum, n) => sum + n, 0)) / best;
    return Math.max(mean(waits), willWaitMs) / waitAimMs;
  };

  const look = (now: number): void => {
    // A burst is over before a look comes by.
    const isBurst = perSecond === Number.POSITIVE_INFINITY && backlog() > 1;
    if (now - lookedMs < lookEveryMs && !isBurst) return;
    lookedMs = now;
    asked = asked.filter(({ atMs }) => now - atMs < spanMs);
    ahead = [...ahead, admitted - verified].slice(-looksMax);
    admitted = 0;
    verified = 0;
    // Every order is verified once: how many were, is how many get through.
    const through = asked.filter(({ isVerified }) => isVerified).length / (spanMs / 1_000);
    best = Math.max(through, best * bestForgetsEachLook);
    const behind = Math.max(slowness(asked), lateness(asked), backlog());
    if (behind > 1) {
      // What is answered too late is not counted, though it is worked on: the estimate goes down slowly.
      capacity = Math.max(through, capacity * forgetsEachLook);
      perSecond = Math.max(floorPerSecond, capacity * Math.max(leastShare, 1 / behind));
      return;
    }
    if (perSecond === Number.POSITIVE_INFINITY) return;
    // What came before a burst says little of what gets through in one.
    perSecond = Math.max(capacity, through, perSecond * riseEachLook);
    if (now - refusedMs > calmMs) perSecond = Number.POSITIVE_INFINITY;
  };

  /** What an issuer's full share cannot hold is for everyone. */
  const fill = (now: number): void => {
    if (now - filledMs < fillEveryMs) return;
    const seconds = (now - filledMs) / 1_000;
    filledMs = now;
    // Whoever brought many at once is remembered until they are worked off.
    for (const [issuerId, { seenMs, tokens }] of shares)
      if (now - seenMs > shareMs && tokens >= 0) shares.delete(issuerId);
    const each = perSecond / Math.max(1, shares.size);
    const holds = Math.max(sharesAtOnce, each);
    let left = shares.size === 0 ? perSecond * seconds : 0;
    for (const share of shares.values()) {
      const full = share.tokens + each * seconds;
      share.tokens = Math.min(holds, full);
      left += full - share.tokens;
    }
    pool = Math.min(Math.max(1, perSecond), pool + left);
  };

  const refillBurst = (now: number): void => {
    if (perSecond === Number.POSITIVE_INFINITY) {
      burstLeft = Math.min(burst, burstLeft + (burst * (now - burstMs)) / burstRefillsMs);
    }
    burstMs = now;
  };

  const takeShare = (issuerId: string, orders: number, now: number): void => {
    fill(now);
    const share = shares.get(issuerId) ?? { tokens: sharesAtOnce, seenMs: now };
    share.seenMs = now;
    if (shares.size < issuersMax) shares.set(issuerId, share);
    if (share.tokens >= 1) share.tokens -= orders;
    else if (pool >= orders) pool -= orders;
    else {
      refusedMs = now;
      throw new Failure('rate_limited', {
        detail: 'The platform is busy: new orders wait until the accepted ones are worked off',
        retryAfterSeconds: Math.min(5, Math.max(1, Math.ceil(shares.size / perSecond))),
      });
    }
  };

  return {
    /** Called with every call to the engine, by its name. */
    note: (call: string, result: EngineCallResult, seconds: number, waitedMs?: number): void => {
      if (!call.startsWith('ask_') || result === 'refused') return;
      const now = nowMs();
      const isVerified = call === 'ask_verify' && result === 'ok';
      asked.push({ atMs: now, tookMs: seconds * 1_000, isVerified, waitedMs });
      if (isVerified) verified += 1;
      look(now);
    },

    /** Many orders of one call are taken whole, as one would be, and its issuer waits the longer. @throws Failure `rate_limited` */
    admit: (issuerId: string, orders = 1): void => {
      const now = nowMs();
      refillBurst(now);
      look(now);
      if (perSecond !== Number.POSITIVE_INFINITY && burstLeft < 1) takeShare(issuerId, orders, now);
      burstLeft = Math.max(0, burstLeft - orders);
      admitted += orders;
    },

    /** New orders a second that this process takes; infinite while all goes well, also when nobody calls for long. */
    perSecond: (): number => {
      look(nowMs());
      return perSecond;
    },
  };
};

/** Served by the api: left out while it takes whatever comes. */
export const registerShedderGauge = (registry: Registry, { perSecond }: Pick<LoadShedder, 'perSecond'>): void => {
  new Gauge({
    name: 'codeferry_new_orders_limit',
    help: 'New orders a second that this api takes at most, while accepted ones are answered too slowly, begin too late, or are queued for their start',
    registers: [registry],
    collect() {
      // A reset would leave a 0, which would say that nothing is taken.
      this.remove();
      if (Number.isFinite(perSecond())) this.set(perSecond());
    },
  });
};
