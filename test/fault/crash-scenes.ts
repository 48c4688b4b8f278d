import { setTimeout as pause } from 'node:timers/promises';
import { type CrashPoint, crashPoints } from './crash-points';
import { kill } from './do-fault';
import type { Fact, Tell } from './facts';
import { allUp, type PlatformParts } from './parts';
import { badMailReplies, badSmsReplies, type PlannedOrder } from './plan';

export interface Stage {
  readonly platform: PlatformParts;
  readonly tell: Tell;
  place(orders: readonly PlannedOrder[]): Promise<void>;
  /** What issuers, terminals and the supervisor have written down so far. */
  facts(): readonly Fact[];
}

export interface Scene {
  readonly name: string;
  /** Played once all have ended. */
  readonly isLast?: true;
  /** Resolves to whether the process died where it should. */
  play(stage: Stage): Promise<boolean>;
}

const hitLimitMs = 25_000;
const calmLimitMs = 60_000;
const startUpMs = 8_000;

const order = (name: string, issuerId: string, changes: Partial<PlannedOrder> = {}): PlannedOrder => ({
  orderNo: `${name.replaceAll('_', '-').slice(0, 50)}-2`,
  issuerId,
  behaviour: 'good',
  quantity: 1,
  value: 450,
  placeAtMs: 0,
  paidReplies: [],
  codeReplies: [],
  eventReplies: [],
  terminalReplies: [],
  mailReplies: [],
  ...changes,
});

const tellDeath = (tell: Tell, target: string): void =>
  tell({ what: 'fault', kind: 'crash_point', target: `api or worker: ${target}`, untilMs: Date.now() + startUpMs });

const untilHit = async ({ platform, tell }: Stage, point: CrashPoint, limitMs = hitLimitMs): Promise<boolean> => {
  const endMs = Date.now() + limitMs;
  while (platform.crashes.isArmed(point)) {
    if (Date.now() > endMs) return false;
    await pause(5);
  }
  tellDeath(tell, point);
  return true;
};

/** One order walks into one crash point. */
const dies = (point: CrashPoint, issuerId: string, changes: Partial<PlannedOrder> = {}): Scene => ({
  name: `${point}: ${crashPoints[point]}`,
  play: async (stage) => {
    stage.platform.crashes.arm(point);
    await stage.place([order(point, issuerId, changes)]);
    return untilHit(stage, point);
  },
});

/** The Update that the worker was in the middle of is lost with the engine, while the row shows its verdict already. */
const diesWithTheEngine = (
  name: string,
  point: CrashPoint,
  planned: PlannedOrder,
  { limitMs = hitLimitMs, downMs = 500 } = {},
): Scene => ({
  name: `${name}: the engine dies as well`,
  play: async (stage) => {
    const { platform } = stage;
    platform.crashes.arm(point);
    await stage.place([planned]);
    if (!(await untilHit(stage, point, limitMs))) return false;
    return kill(platform.part('temporal'), downMs);
  },
});

/** Resolves to whether the logs show it, for so many of these orders, in time. */
const untilSeen = async (
  { facts }: Stage,
  planned: readonly PlannedOrder[],
  isIt: (fact: Fact) => boolean,
  { count = planned.length, limitMs = hitLimitMs } = {},
): Promise<boolean> => {
  for (const endMs = Date.now() + limitMs; Date.now() < endMs; await pause(100)) {
    const shown = new Set(facts().flatMap((fact) => ('orderNo' in fact && isIt(fact) ? [fact.orderNo] : [])));
    if (planned.filter(({ orderNo }) => shown.has(orderNo)).length >= count) return true;
  }
  return false;
};

/**
 * Killed while it still drains, with a slow call out under way. Which of two workers got the calls is the engine's choice:
 * where this one had none, it was gone before, and new orders are placed.
 */
const workerStopsGracefully = (ordersOf: (attempt: number) => readonly PlannedOrder[]): Scene => ({
  name: 'in the middle of a graceful stop of worker-1',
  play: async (stage) => {
    const worker = stage.platform.part('worker-1');
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const planned = ordersOf(attempt);
      await allUp(stage.platform);
      tellDeath(stage.tell, 'graceful stop');
      await stage.place(planned);
      await untilSeen(stage, planned, ({ what }) => what === 'heard', { count: planned.length / 2 });
      if (!worker.signal('SIGTERM')) continue;
      await pause(150);
      if (worker.signal('SIGKILL')) return true;
    }
    return false;
  },
});

/** Its orders wait for an engine that stands still; nothing of them is seen from outside. */
const apiStopsGracefully = (planned: readonly PlannedOrder[]): Scene => ({
  name: `in_graceful_stop: ${crashPoints.in_graceful_stop}`,
  play: async (stage) => {
    const { platform, tell, place } = stage;
    await allUp(platform);
    tellDeath(tell, 'graceful stop');
    platform.part('temporal').signal('SIGSTOP');
    try {
      await place(planned);
      await pause(400);
      platform.crashes.arm('in_graceful_stop');
      return platform.part('api-1').signal('SIGTERM') && (await untilHit(stage, 'in_graceful_stop'));
    } finally {
      platform.part('temporal').signal('SIGCONT');
    }
  },
});

/** Nobody dies, nobody judges: a verification is answered all the same, with a 503, while the workers stand still. */
const stopsBoth = (targets: readonly string[], planned: PlannedOrder): Scene => ({
  name: `${targets.join(' and ')} stopped while an issuer asks`,
  play: async (stage) => {
    const { platform, tell, place } = stage;
    await place([planned]);
    if (!(await untilSeen(stage, [planned], ({ what }) => what === 'heard'))) return false;
    try {
      for (const target of targets) {
        tell({ what: 'fault', kind: 'stop', target, untilMs: Date.now() + hitLimitMs });
        if (!platform.part(target).signal('SIGSTOP')) return false;
      }
      return await untilSeen(
        stage,
        [planned],
        (fact) => fact.what === 'answered' && fact.call === 'verification' && fact.status === 503,
      );
    } finally {
      for (const target of targets) platform.part(target).signal('SIGCONT');
    }
  },
});

/** Of the api that answers; the next question goes to the other one. */
const ordersQueued = async ({ baseUrl }: PlatformParts): Promise<number> => {
  const metrics = await fetch(`${baseUrl}/metrics`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(3_000),
  }).then(
    (response) => response.text(),
    () => '',
  );
  return Number(/^codeferry_orders_queued (\d+)$/m.exec(metrics)?.[1] ?? 0);
};

/** Accepted orders that no workflow runs for yet: only their rows outlive the apis. */
const apisDieWithAQueue = (planned: readonly PlannedOrder[], least: number): Scene => ({
  name: `both apis die with ${least} orders or more queued for their start`,
  play: async (stage) => {
    const { platform, tell, place } = stage;
    await place(planned);
    for (const endMs = Date.now() + hitLimitMs; (await ordersQueued(platform)) < least; await pause(20)) {
      if (Date.now() > endMs) return false;
    }
    tellDeath(tell, 'orders queued');
    return ['api-1', 'api-2'].map((name) => kill(platform.part(name), 200)).every((isKilled) => isKilled);
  },
});

const queues = ['queue-page', 'queue-hook', 'queue-mail', 'queue-sms'] as const;

/**
 * More than the engine begins in that time, and fewer than the load shedder refuses. As each is delivered in the end, so
 * is one after every bad answer that a server on the way to a buyer can give.
 */
const burst = Array.from({ length: 120 }, (_, n) => {
  const [issuerId, turn] = [queues[n % queues.length] as string, Math.floor(n / queues.length)];
  const isSms = issuerId === 'queue-sms';
  return order(`queued-${n}`, issuerId, {
    placeAtMs: 40 * n,
    terminalReplies: isSms ? badSmsReplies.slice(turn, turn + 1) : [],
    mailReplies: badMailReplies.slice(turn, turn + 1),
  });
});

const early = order('early-codes', 'push-page', { behaviour: 'codes_before_verification' });
const late = order('late-codes', 'queue-page', { behaviour: 'codes_after_a_cancel' });

/** What codes of this order hear, while all is well. */
const answered = (name: string, code: string, planned: PlannedOrder): Scene => ({
  name,
  isLast: true,
  play: async (stage) => {
    await stage.place([planned]);
    return untilSeen(
      stage,
      [planned],
      (fact) => fact.what === 'answered' && fact.call === 'codes' && fact.body.code === code,
      { limitMs: calmLimitMs },
    );
  },
});

export const crashScenes: readonly Scene[] = [
  // The reconciler mends these three, so they come first.
  apisDieWithAQueue(burst, 15),
  dies('after_row_before_start', 'push-page'),
  dies('after_claim_before_update', 'push-hook', { behaviour: 'gives_codes_once' }),
  dies('in_row_and_key_write', 'push-page'),
  dies('after_start_before_answer', 'request-hook'),
  dies('after_update_before_answer', 'push-page', { behaviour: 'twice' }),
  dies('after_notice_before_record', 'push-page', { behaviour: 'verifies_late' }),
  dies('after_code_answer_before_claim', 'request-page'),
  dies('in_update_before_projection', 'push-page'),
  dies('in_update_after_projection', 'push-hook'),
  dies('in_cancel_after_projection', 'request-page', { behaviour: 'cancels_while_asked' }),
  dies('after_delivery_before_record', 'request-hook'),
  dies('after_mail_before_record', 'push-mail', { mailReplies: ['greylisted'] }),
  dies('after_sms_before_record', 'request-sms'),
  dies('after_event_before_record', 'push-page'),
  diesWithTheEngine('codes for a page', 'in_update_after_projection', order('engine-codes-page', 'short')),
  diesWithTheEngine(
    'the last codes of three',
    'in_update_after_projection',
    order('engine-codes-split', 'short', { behaviour: 'split', quantity: 3 }),
  ),
  diesWithTheEngine(
    'codes for a terminal',
    'in_update_after_projection',
    order('engine-codes-hook', 'push-hook', { behaviour: 'gives_codes_once' }),
  ),
  diesWithTheEngine(
    'a redelivery',
    'in_redelivery_after_projection',
    order('engine-redelivery', 'push-sms', { terminalReplies: ['status_410'] }),
    // It waits for its operator first, who hears that the order could not be asked, and asks no more.
    { limitMs: 2 * hitLimitMs, downMs: 6_000 },
  ),
  diesWithTheEngine(
    'a cancellation',
    'in_cancel_after_projection',
    order('engine-cancel', 'request-page', { behaviour: 'cancels_while_asked' }),
  ),
  workerStopsGracefully((attempt) =>
    Array.from({ length: 8 }, (_, n) =>
      order(`graceful-worker-${attempt}${n}`, 'push-page', { paidReplies: [{ reply: 'slow', acts: false }] }),
    ),
  ),
  apiStopsGracefully(Array.from({ length: 6 }, (_, n) => order(`graceful-api-${n}`, 'push-page'))),
  stopsBoth(
    ['worker-1', 'worker-2'],
    order('workers-stopped', 'push-page', { paidReplies: [{ reply: 'slow', acts: false }] }),
  ),
  {
    name: `in_reconciler: ${crashPoints.in_reconciler}`,
    play: async (stage) => {
      stage.platform.crashes.arm('in_reconciler');
      return untilHit(stage, 'in_reconciler', 60_000);
    },
  },
  {
    name: 'what was queued when both apis died is delivered all the same',
    isLast: true,
    play: (stage) => untilSeen(stage, burst, (fact) => fact.what === 'heard' && fact.type === 'order.delivered'),
  },
  // In the random plan the engine may be away each time that codes come too early, or their order is still asked.
  answered('codes before the verification', 'not_verified', early),
  answered('codes for a closed order', 'order_closed', late),
];
