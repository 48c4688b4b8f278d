import type { Logger } from 'pino';
import { isUnderItsName, type Mode, modeOf, modes, orderNameOf } from '../src/domain/ids';
import { cancellableStates } from '../src/domain/order';
import { dayMs, retentionMs, testOrdersKeptMs, testTombstoneKeptMs } from '../src/domain/timings';
import { eventKeptMs } from '../src/first-interface/give-messages';
import type { OrderMeter } from '../src/metrics/order-meter';
import { notAsWritten } from '../src/sealing/order-row';
import { startAfterSales } from '../src/second-interface/after-sale/start-after-sale';
import { startVoidRequest } from '../src/second-interface/after-sale/void-requests';
import type { OrderDeps } from '../src/second-interface/ask-order';
import { cancelOrphan } from '../src/second-interface/cancel-order';
import { judgeSubmission } from '../src/second-interface/claim-codes';
import { resumeIfLost } from '../src/second-interface/resume-order';
import { startableOrder } from '../src/second-interface/startable-order';
import { isUntouched } from '../src/second-interface/untouched-order';
import { bringWaiting } from '../src/second-interface/waiting-messages';
import type { Issuers } from '../src/store/issuers';
import { type ListedOrder, positionsOf, type WithPendingEvents } from '../src/store/orders';
import { type Purge, whyKept } from '../src/store/purge';
import type { Requests } from '../src/store/requests';
import type { Troubles } from '../src/temporal/troubles';
import type { Alerted } from './tell-alerts';

/** What one pass mended and told, shown in the Temporal UI as its result. */
export interface Reconciled extends Alerted {
  readonly started: number;
  readonly tooOld: number;
  readonly codesJudged: number;
  readonly inboxJudged: number;
  readonly eventsStarted: number;
  readonly voidsAsked: number;
  readonly afterSalesStarted: number;
  readonly viewsRefreshed: number;
  readonly testsDeleted: number;
  readonly cancelled: number;
  readonly purged: number;
  /** Orders that no workflow ran for. */
  readonly resumed: number;
}

export interface Reconciling {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly requests: Requests;
  readonly purge: Purge;
  readonly troubles: Troubles;
  /** How long after its end an order is kept; left out: for ever. */
  readonly purgeAfterMs?: number | undefined;
  /** Looks for trouble once all is mended that can be; `isFailing`: so did the pass of this process before. */
  readonly alert: (isFailing: boolean) => Promise<Alerted>;
  readonly meter: Pick<OrderMeter, 'mended'>;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Called between two items: a pass whose worker died is given up in seconds, and the next one is not kept waiting. */
  readonly sayAlive?: () => void;
  /** How long one stage begins new items. */
  readonly stageLimitMs?: number;
}

/** What is younger may still be on its ordinary way. */
const settleMs = 30_000;
const batch = 100;
/** Rows of an issuer that is away stand among those that a dead worker left: a pass has to get through many of them. */
const eventsBatch = 1_000;
/**
 * An order whose code is unfit answers nothing, and each question to it takes seconds: without a limit one stage of them
 * took the whole pass. All stages with their last items, and the alerts, fit into the four minutes of the activity.
 */
const longestStageMs = 15_000;

/** Where the last looks ended: each pass of this process looks at the next ones, round and round. */
interface Turn {
  readonly open: Partial<Record<Mode, string>>;
  readonly orphans: Partial<Record<Mode, Pick<ListedOrder, 'issuerId' | 'position'>>>;
  replays?: string;
  /** The last pass failed. */
  hasFailed?: boolean;
  readonly kept?: Partial<Record<Mode, string>>;
}

/** Mends what a death between two steps leaves behind. Bounded batches; harmless when two passes run at once. */
export const createReconcile = (deps: Reconciling, turn: Turn = { open: {}, orphans: {}, kept: {} }) => ({
  reconcile: async (): Promise<Reconciled> => {
    const before = new Date(deps.nowMs() - settleMs);
    const failures: unknown[] = [];
    /** A stage that fails as a whole keeps the pass neither from the others nor from the look for trouble. */
    const stage = async (mend: () => Promise<number>): Promise<number> => {
      try {
        return await mend();
      } catch (error) {
        failures.push(error);
        return 0;
      }
    };
    let tooOld = 0;
    const mended = {
      started: await stage(async () => {
        const starts = await startMissing(deps, before);
        tooOld = starts.tooOld;
        return starts.started;
      }),
      codesJudged: await stage(() => judgeClaims(deps, before)),
      inboxJudged: await stage(() => judgeInbox(deps, before)),
      eventsStarted: await stage(
        async () => (await startEvents(deps, before)) + (await startReplays(deps, turn, before)),
      ),
      voidsAsked: await stage(() => startVoidRequests(deps, before)),
      afterSalesStarted: await stage(() => startLostAfterSales(deps, before)),
      viewsRefreshed: await stage(() => refreshViews(deps)),
      testsDeleted: await stage(() => deleteEndedTests(deps)),
      cancelled: await stage(() => cancelOrphans(deps, turn)),
      purged: await stage(() => purgeOld(deps, turn)),
      resumed: await stage(() => resumeLost(deps, turn, before)),
    };
    const all = { ...mended, tooOld };
    deps.meter.mended(all);
    const isFailing = failures.length > 0 && turn.hasFailed === true;
    turn.hasFailed = failures.length > 0;
    const alerted = await deps.alert(isFailing);
    // Shown in the Temporal UI as the pass's failure.
    if (failures.length > 0) throw failures[0];
    return { ...all, ...alerted };
  },
});

/**
 * One item's trouble never keeps the pass from the others; it comes up again at the next one. What was not mended, for
 * whatever reason, goes behind the others by `defer`, so that the next pass does not spend its time on the same again.
 */
const each = async <T extends { readonly _id: string }>(
  { log, sayAlive, stageLimitMs = longestStageMs }: Pick<Reconciling, 'log' | 'sayAlive' | 'stageLimitMs'>,
  what: string,
  items: readonly T[],
  mend: (item: T) => Promise<boolean>,
  defer?: (item: T, hasFailed: boolean) => Promise<void>,
) => {
  const endMs = performance.now() + stageLimitMs;
  const note = (item: T, error: unknown): void => {
    const problem = error instanceof Error ? error.name : 'unknown';
    // Every id begins with its order's, but that of a kept answer, which begins with its issuer's.
    log.warn({ what, of: item._id, problem }, 'the reconciler could not mend');
  };
  let mended = 0;
  for (const item of items) {
    if (performance.now() >= endMs) break;
    sayAlive?.();
    try {
      if (await mend(item)) mended += 1;
      else await defer?.(item, false);
    } catch (error) {
      note(item, error);
      await defer?.(item, true).catch((failed: unknown) => note(item, failed));
    }
  }
  return mended;
};

/** Where `mend` says itself when an item is looked at again: one that failed goes behind the others all the same. */
const ifFailed =
  <T>(defer: (item: T) => Promise<void>) =>
  async (item: T, hasFailed: boolean): Promise<void> => {
    if (hasFailed) await defer(item);
  };

/** Of what stands there as an order; what does not is left out, for a person. */
const isOrder = <Row extends { readonly _id: string }>({ rowReader }: OrderDeps, row: Row): boolean =>
  rowReader.those('orders', [row]).length > 0;

/** There were no more than one look takes, and all of them were looked at: the next look begins anew. */
const isRoundOver = (
  rows: readonly { readonly mode: Mode; readonly row: ListedOrder }[],
  mode: Mode,
  lastPosition: string | undefined,
): boolean => {
  const own = rows.filter((one) => one.mode === mode);
  return own.length < batch && (own.length === 0 || own.at(-1)?.row.position === lastPosition);
};

/** What a stranger's test orders wait for waits behind what others' do, and keeps nobody from it by being hard to find. */
const liveFirst = async <T>(read: (mode: Mode) => Promise<T[]>): Promise<T[]> => {
  const [live, ...tests] = await Promise.allSettled([
    read('live'),
    ...modes.filter((mode) => mode !== 'live').map(read),
  ]);
  if (live.status === 'rejected') throw live.reason;
  return [...live.value, ...tests.flatMap((found) => (found.status === 'fulfilled' ? found.value : []))];
};

/**
 * What is under way since then is looked at again after as long: a million events of issuers that are away cost a pass some
 * hundred looks, and one that a dead worker left does not wait for theirs.
 */
const nextLook = (underWaySinceMs: number | undefined, nowMs: number): Date => {
  const agoMs = nowMs - (underWaySinceMs ?? nowMs);
  // What somebody else wrote as a time may be none.
  return new Date(nowMs + (Number.isNaN(agoMs) ? dayMs : Math.min(dayMs, Math.max(0, agoMs))));
};

/** Rows without a workflow: the api died between the insert and the start, or the engine was away. */
const startMissing = async (deps: Reconciling, before: Date) => {
  const { orderDeps, log, nowMs } = deps;
  const rows = await liveFirst((mode) => orderDeps.orders.unstarted(before, batch, mode));
  const isTooOld = (createdAt: Date): boolean => nowMs() - createdAt.getTime() > retentionMs;
  let tooOld = 0;
  const started = await each(
    deps,
    'start',
    rows,
    async (row) => {
      // What somebody else wrote must not begin, and keeps no others waiting, however old it says that it is.
      if (!isOrder(orderDeps, row) || !(await isUntouched(orderDeps, row))) throw notAsWritten(row);
      if (isTooOld(row.createdAt)) {
        tooOld += 1;
        log.error({ order: row._id }, 'an order older than the retention was never started: a person must look');
        return false;
      }
      if ((await orderDeps.gateway.startOrder(startableOrder(row))) === 'unavailable') return false;
      await orderDeps.orders.markStarted(row);
      return true;
    },
    ({ _id }) => orderDeps.orders.deferStart(_id, before),
  );
  return { started, tooOld };
};

/** Claims without a verdict: the api died before the Update, or answered 202. */
const judgeClaims = async ({ orderDeps, ...deps }: Reconciling, before: Date) =>
  each(
    deps,
    'claim',
    await liveFirst((mode) => orderDeps.codes.unjudged(before, batch, mode)),
    async (submission) => {
      const row = await orderDeps.orders.find(submission);
      return row !== null && (await judgeSubmission(orderDeps, row, submission)) === 'settled';
    },
    ({ _id }) => orderDeps.codes.defer(_id, before),
  );

/** What was answered 202, but codes. */
const judgeInbox = async ({ orderDeps, ...deps }: Reconciling, before: Date) => {
  const waitingBefore = new Date(Math.min(before.getTime() + settleMs, deps.nowMs()));
  return each(
    deps,
    'inbox',
    await liveFirst((mode) => orderDeps.inbox.waiting(waitingBefore, batch, mode)),
    (waiting) => bringWaiting(orderDeps, waiting),
    ({ _id }) => orderDeps.inbox.defer(_id, waitingBefore),
  );
};

/** Events in the outbox that nobody has sent yet. */
const startEvents = async ({ orderDeps, issuers, ...deps }: Reconciling, before: Date) =>
  each(
    deps,
    'event',
    await liveFirst((mode) => orderDeps.orders.withPendingEvents(before, eventsBatch, mode)),
    async (row) => {
      // Whoever writes to the database has no thousands of calls begun.
      if (!(await isUntouched(orderDeps, row))) throw notAsWritten(row);
      const pending = row.events;
      const issuer = await issuers.findEver(row.issuerId);
      const outcomes = await Promise.all(
        issuer?.callback?.kind === 'pull'
          ? pending.map((event) => offerEvent(orderDeps, row, event))
          : pending.map(({ sequence }) => orderDeps.gateway.startEvent(row, sequence)),
      );
      const isUnderWay = outcomes.every((outcome) => outcome === 'exists');
      const sinceMs = Math.max(...pending.map(({ atMs }) => atMs));
      await orderDeps.orders.deferEvents(row._id, nextLook(isUnderWay ? sinceMs : undefined, deps.nowMs()));
      return outcomes.includes('started');
    },
    ifFailed(({ _id }) => orderDeps.orders.deferEvents(_id, nextLook(undefined, deps.nowMs()))),
  );

/** Replays whose workflow was never started, or was lost. */
const startReplays = async ({ orderDeps, ...deps }: Reconciling, turn: Turn, before: Date) => {
  const rows = await orderDeps.replays.running(turn.replays ?? '', before, batch);
  turn.replays = rows.length < batch ? '' : (rows.at(-1)?.running ?? '');
  return each(deps, 'replay', rows, async ({ _id, issuerId }) => {
    const replayId = _id.slice(issuerId.length + 1);
    return (await orderDeps.gateway.startReplayWorkflow({ issuerId, replayId })) === 'started';
  });
};

/** To an issuer that fetches its messages, as long as events are kept. */
const offerEvent = async (
  { orders, pulls, nowMs }: OrderDeps,
  row: WithPendingEvents,
  { sequence, atMs, given }: WithPendingEvents['events'][number],
): Promise<'started' | 'exists'> => {
  const isOver = atMs <= nowMs() - eventKeptMs;
  if (!isOver && given && row.toGive !== undefined) return 'exists';
  if (isOver) await orders.markEvent(row, sequence, 'given_up');
  else await pulls.offerEvent(row, sequence, nowMs());
  return 'started';
};

/** Void requests whose workflow was never started, or was lost. */
const startVoidRequests = async ({ orderDeps, ...deps }: Reconciling, before: Date) =>
  each(
    deps,
    'void request',
    await liveFirst((mode) => orderDeps.orders.waitingForVoid('open', before, batch, mode)),
    async (row) => {
      const request = row.facts.voidRequest;
      if (!isOrder(orderDeps, row) || !request) throw notAsWritten(row);
      const started = await startVoidRequest(orderDeps, row, request);
      const sinceMs = started === 'exists' ? request.startedAtMs : undefined;
      await orderDeps.orders.deferVoid(row._id, nextLook(sinceMs, deps.nowMs()));
      return started === 'started';
    },
    ifFailed(({ _id }) => orderDeps.orders.deferVoid(_id, nextLook(undefined, deps.nowMs()))),
  );

/** What terminals have to hear of closed and delivered orders. */
const startLostAfterSales = async ({ orderDeps, ...deps }: Reconciling, before: Date) =>
  each(
    deps,
    'after-sale',
    await liveFirst((mode) => orderDeps.orders.withAfterSalesDue(before, batch, mode)),
    async (row) => {
      if (!isUnderItsName(row)) {
        orderDeps.rowReader.leaveOut('orders', row);
        throw notAsWritten(row);
      }
      const { begun, isUnderWay } = await startAfterSales(orderDeps, row);
      const sinceMs = isUnderWay ? row.facts.updatedAtMs : undefined;
      await orderDeps.orders.deferAfterSales(row._id, nextLook(sinceMs, deps.nowMs()));
      return begun > 0;
    },
    ifFailed(({ _id }) => orderDeps.orders.deferAfterSales(_id, nextLook(undefined, deps.nowMs()))),
  );

/** Handlers that never came to an end: their order's row may be behind its workflow. */
const refreshViews = async ({ orderDeps, requests, ...deps }: Reconciling) => {
  const now = new Date(deps.nowMs());
  return each(
    deps,
    'view',
    await requests.abandoned(now, batch),
    async ({ _id, path, leaseUntil }) => {
      const orderNo = /\/orders\/([^/?]+)\//.exec(String(path))?.[1];
      const order = orderNo === undefined ? undefined : { issuerId: orderNameOf(String(_id)).issuerId, orderNo };
      const facts = order && (await orderDeps.gateway.readFacts(order));
      if (order && facts) await orderDeps.orders.writeView(order, facts, []);
      if (leaseUntil) await requests.reopen(_id, leaseUntil);
      return facts !== undefined;
    },
    ({ _id }) => requests.defer(_id, now),
  );
};

/** Test issuers whose time is over: like any other that is deleted. What somebody else wrote ends no issuer. */
const deleteEndedTests = async ({ issuers, nowMs, ...deps }: Reconciling): Promise<number> => {
  const at = new Date(nowMs());
  const deleted = await each(
    deps,
    'test issuer',
    await issuers.endedTests(at, batch),
    async (row) => (await issuers.isUntouched(row, at)) && issuers.bury(row._id, at),
  );
  const old = await issuers.oldTombstones(new Date(at.getTime() - testTombstoneKeptMs), batch);
  await each(deps, 'tombstone', old, async (row) => (await issuers.isDeleted(row, at)) && issuers.forgetTombstone(row));
  return deleted;
};

/** Open orders of deleted issuers, from where the last look ended. */
const orphansOf = async ({ orderDeps, issuers, nowMs }: Reconciling, turn: Turn, mode: Mode) => {
  const at = new Date(nowMs());
  const buried = await issuers.buriedSince(new Date(at.getTime() - retentionMs), batch, mode);
  const last = turn.orphans[mode];
  const begin = Math.max(
    0,
    buried.findIndex(({ _id }) => _id === last?.issuerId),
  );
  const orphans: ListedOrder[] = [];
  for (const issuer of [...buried.slice(begin), ...buried.slice(0, begin)]) {
    if (orphans.length >= batch) break;
    if (!(await issuers.isDeleted(issuer, at))) continue;
    const after = issuer._id === last?.issuerId ? last.position : undefined;
    orphans.push(...(await orderDeps.orders.openOf(issuer._id, cancellableStates, batch - orphans.length, after)));
  }
  return orphans.map((row) => ({ _id: row._id, mode, row }));
};

const cancelOrphans = async (deps: Reconciling, turn: Turn): Promise<number> => {
  const orphans = await liveFirst((mode) => orphansOf(deps, turn, mode));
  const cancelled = await each(deps, 'orphan', orphans, async ({ mode, row }) => {
    turn.orphans[mode] = { issuerId: row.issuerId, position: row.position };
    return cancelOrphan(deps.orderDeps, row);
  });
  for (const mode of modes) {
    if (isRoundOver(orphans, mode, turn.orphans[mode]?.position)) delete turn.orphans[mode];
  }
  return cancelled;
};

/** Orders that ended long ago: their codes are shredded, and what is personal is forgotten. */
const purgeOld = async (
  { orderDeps, purge, purgeAfterMs, ...deps }: Reconciling,
  { kept: turn = {} }: Turn,
): Promise<number> => {
  const keptMs = { live: purgeAfterMs, test: testOrdersKeptMs };
  const dueOf = async (mode: Mode, limit: number) => {
    const kept = keptMs[mode];
    return kept === undefined || limit === 0 ? [] : purge.due(new Date(deps.nowMs() - kept), limit, mode);
  };
  for (const mode of modes) {
    const kept = keptMs[mode];
    if (kept === undefined) continue;
    const rows = await purge.kept(new Date(deps.nowMs() - kept), turn[mode], batch, mode);
    turn[mode] = rows.length < batch ? '' : (rows.at(-1)?.position ?? '');
    await each(deps, 'purge', rows, async (row) => {
      const why = whyKept(row, deps.nowMs());
      if (why === 'wrong') await orderDeps.orders.noteTampered(row._id, new Date(deps.nowMs()));
      if (why === 'told') await orderDeps.orders.forgetToldAll(row._id);
      return why !== 'kept';
    });
  }
  const live = await dueOf('live', batch);
  const due = [...live, ...(await dueOf('test', batch - live.length))];
  return each(deps, 'purge', due, async (order) => {
    const row = isUnderItsName(order) ? await orderDeps.orders.view(order) : null;
    // It keeps no others waiting once it is noted.
    if (!row) await orderDeps.orders.noteTampered(order._id, new Date(deps.nowMs()));
    if (!row || !(await isUntouched(orderDeps, row))) return false;
    // Its place among those that are due is not bound to it: by that alone none goes early, nor as a test order.
    const kept = keptMs[modeOf(row.issuerId)];
    const isOld = kept !== undefined && row.createdAt.getTime() <= deps.nowMs() - kept;
    if (!isOld) await orderDeps.orders.noteTampered(row._id, new Date(deps.nowMs()));
    return isOld && purge.forget(order, new Date(deps.nowMs()));
  });
};

/** Open orders whose workflow is missing or ended without them: a restore from another moment, or somebody terminated it. */
const resumeLost = async (deps: Reconciling, turn: Turn, before: Date): Promise<number> => {
  const { orderDeps, troubles, log } = deps;
  const open = await liveFirst(async (mode) => {
    const rows = await orderDeps.orders.openAfter(turn.open[mode] ?? positionsOf(mode).$gt, before, batch, mode);
    return rows.map((row) => ({ _id: row._id, mode, row }));
  });
  const resumed = await each(deps, 'resume', open, async ({ mode, row }) => {
    turn.open[mode] = row.position;
    const outcome = await resumeIfLost(orderDeps, troubles, row);
    if (outcome === 'too_large')
      log.error({ order: row._id }, 'an order has no workflow and too many codes: a person must look');
    return outcome === 'resumed' || outcome === 'followed' || outcome === 'view_written';
  });
  for (const mode of modes) if (isRoundOver(open, mode, turn.open[mode])) delete turn.open[mode];
  return resumed;
};
