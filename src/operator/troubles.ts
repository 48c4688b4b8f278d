import type { Logger } from 'pino';
import { cachedFor } from '../bounded/cached-for';
import { reportShownMs } from '../domain/code-reports';
import { type Finding, isSidesKind } from '../domain/comparison';
import type { OrderName } from '../domain/ids';
import { dayMs } from '../domain/timings';
import { paidTwiceShownMs, untakenShownMs } from '../domain/trouble';
import type { Comparisons } from '../store/comparisons';
import type { OrderSettingsStore } from '../store/order-settings';
import type { Stats } from '../store/stats';
import type { Troubles as EngineTroubles, StuckOrder } from '../temporal/troubles';

/** As many as are named; a number that reaches its limit means "at least". */
const namedLimit = 100;
const countLimit = 2_000;
const givenUpShownMs = 7 * dayMs;
/** A look costs one query of the engine's index and twelve of the database, whoever asks and however often. */
const freshMs = 5_000;

export interface TroubleLook {
  /** Undefined where the engine did not say. */
  readonly stuck: readonly StuckOrder[] | undefined;
  /** Of the last seven days. */
  readonly givenUp: readonly OrderName[];
  /** Of the last seven days. */
  readonly paidTwice: readonly OrderName[];
  /** Of the last seven days: its terminal did not take what came after the first delivery. */
  readonly untaken: readonly OrderName[];
  /** Of the last seven days: a code does not work, says the buyer. */
  readonly reported: readonly OrderName[];
  /** Whose row somebody else wrote to. */
  readonly tampered: readonly OrderName[];
  readonly issuersTampered: number;
  /** What is set for the platform: it counts as the strictest. */
  readonly settingsTampered: boolean;
  readonly undeliverable: number;
  readonly bounced: number;
  readonly voidUndecided: number;
  readonly issuersPaused: number;
  /** In what the daily look at all sides found them to differ, which no other look finds. */
  readonly differing: readonly Finding[];
  readonly differingCount: number;
}

export type TroubleWatch = ReturnType<typeof createTroubleWatch>;

/** What a person should look at, for `/metrics`, `GET /v1/operator/failures` and the console: one look for all of them. */
export const createTroubleWatch = ({
  troubles,
  stats,
  comparisons,
  settings,
  nowMs,
  log,
}: {
  readonly settings: Pick<OrderSettingsStore, 'isUntouched'>;
  readonly comparisons: Pick<Comparisons, 'newest'>;
  readonly troubles: Pick<EngineTroubles, 'stuckOrders'>;
  readonly stats: Stats;
  readonly nowMs: () => number;
  readonly log: Logger;
}) => {
  const read = async (): Promise<TroubleLook> => {
    const [stuck, givenUp, paidTwice, untaken, reported, tampered, issuersTampered, isSettingsOurs, counts, newest] =
      await Promise.all([
        troubles.stuckOrders(namedLimit).catch((error: unknown) => {
          log.warn({ err: error }, 'the engine did not say which orders are stuck');
          return undefined;
        }),
        stats.givenUpSince(new Date(nowMs() - givenUpShownMs), namedLimit),
        stats.paidTwiceSince(new Date(nowMs() - paidTwiceShownMs), namedLimit),
        stats.deliveryFailedSince(new Date(nowMs() - untakenShownMs), namedLimit),
        stats.codeReportedSince(new Date(nowMs() - reportShownMs), namedLimit),
        stats.tampered(namedLimit),
        stats.tamperedIssuers(namedLimit),
        settings.isUntouched(),
        Promise.all([
          stats.count('undeliverable', countLimit),
          stats.countBounced(countLimit),
          stats.countVoidUndecided(countLimit),
          stats.countIssuers('paused', countLimit),
        ]),
        comparisons.newest(new Date(nowMs())),
      ]);
    const [undeliverable, bounced, voidUndecided, issuersPaused] = counts;
    return {
      ...{ stuck, givenUp, paidTwice, untaken, reported, tampered },
      ...{ undeliverable, bounced, voidUndecided, issuersPaused },
      issuersTampered: issuersTampered.length,
      settingsTampered: !isSettingsOurs,
      differing: (newest?.findings ?? []).filter(({ kind }) => isSidesKind(kind)).slice(0, namedLimit),
      differingCount: (newest?.counts ?? [])
        .filter(({ kind }) => isSidesKind(kind))
        .reduce((sum, { count }) => sum + count, 0),
    };
  };

  /** At most a few seconds old. */
  return { look: cachedFor(freshMs, nowMs, read) };
};
