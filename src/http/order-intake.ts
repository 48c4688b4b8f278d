import { Gauge, type Registry } from 'prom-client';
import { Failure } from '../domain/failures';
import type { EngineCallResult } from '../temporal/order-gateway';

/**
 * How long a question to an order should take at most. Well below the limit of three seconds, past which an issuer hears
 * 503 or 202 and asks again: what is asked twice is worked on twice, and less and less gets done.
 */
const aimMs = 1_500;
/** Questions are looked back on this long; of fewer than `askedMin` nothing is concluded. */
const spanMs = 2_000;
const askedMin = 6;
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

interface Share {
  tokens: number;
  seenMs: number;
}

export type OrderIntake = ReturnType<typeof createOrderIntake>;

/**
 * New orders are refused, fast and before anything is written, while the orders that were accepted are answered too slowly.
 * Of what can be taken each issuer has an equal share, and takes what others leave of theirs: who sends little is not
 * refused because of one who sends much. Per process; every process sees its part of the same questions.
 */
export const createOrderIntake = (nowMs: () => number = () => performance.now()) => {
  let asked: { atMs: number; tookMs: number; isVerified: boolean }[] = [];
  let capacity = 0;
  let perSecond = Number.POSITIVE_INFINITY;
  let lookedMs = nowMs();
  let filledMs = nowMs();
  let refusedMs = 0;
  let pool = 0;
  const shares = new Map<string, Share>();

  const look = (now: number): void => {
    if (now - lookedMs < lookEveryMs) return;
    lookedMs = now;
    asked = asked.filter(({ atMs }) => now - atMs < spanMs);
    const meanMs = asked.reduce((sum, { tookMs }) => sum + tookMs, 0) / Math.max(1, asked.length);
    // Every order is verified once: how many were, is how many get through.
    const through = asked.filter(({ isVerified }) => isVerified).length / (spanMs / 1_000);
    if (asked.length >= askedMin && meanMs > aimMs) {
      // What is answered too late is not counted, though it is worked on: the estimate goes down slowly.
      capacity = Math.max(through, capacity * forgetsEachLook);
      perSecond = Math.max(floorPerSecond, capacity * Math.max(leastShare, aimMs / meanMs));
      return;
    }
    if (perSecond === Number.POSITIVE_INFINITY) return;
    perSecond = Math.max(capacity, perSecond * riseEachLook);
    if (now - refusedMs > calmMs) perSecond = Number.POSITIVE_INFINITY;
  };

  /** What an issuer's full share cannot hold is for everyone. */
  const fill = (now: number): void => {
    if (now - filledMs < fillEveryMs) return;
    const seconds = (now - filledMs) / 1_000;
    filledMs = now;
    for (const [issuerId, { seenMs }] of shares) if (now - seenMs > shareMs) shares.delete(issuerId);
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

  return {
    /** Called with every call to the engine, by its name. */
    note: (call: string, result: EngineCallResult, seconds: number): void => {
      if (!call.startsWith('ask_') || result === 'refused') return;
      const now = nowMs();
      asked.push({ atMs: now, tookMs: seconds * 1_000, isVerified: call === 'ask_verify' && result === 'ok' });
      look(now);
    },

    /** @throws Failure `rate_limited` */
    admit: (issuerId: string): void => {
      const now = nowMs();
      look(now);
      if (perSecond === Number.POSITIVE_INFINITY) return;
      fill(now);
      const share = shares.get(issuerId) ?? { tokens: 1, seenMs: now };
      share.seenMs = now;
      if (shares.size < issuersMax) shares.set(issuerId, share);
      if (share.tokens >= 1) share.tokens -= 1;
      else if (pool >= 1) pool -= 1;
      else {
        refusedMs = now;
        throw new Failure('rate_limited', {
          detail: 'The platform is busy: new orders wait until the accepted ones are worked off',
          retryAfterSeconds: Math.min(5, Math.max(1, Math.ceil(shares.size / perSecond))),
        });
      }
    },

    /** New orders a second that this process takes; infinite while all goes well. */
    perSecond: (): number => perSecond,
  };
};

/** Served by the api: left out while it takes whatever comes. */
export const registerIntakeGauge = (registry: Registry, { perSecond }: Pick<OrderIntake, 'perSecond'>): void => {
  new Gauge({
    name: 'codeferry_new_orders_limit',
    help: 'New orders a second that this api takes at most, while accepted ones are answered too slowly',
    registers: [registry],
    collect() {
      this.reset();
      if (Number.isFinite(perSecond())) this.set(perSecond());
    },
  });
};
