import type { Logger } from 'pino';
import type { OrderName } from '../domain/ids';
import { dayMs } from '../domain/timings';
import type { Stats } from '../store/stats';
import type { Troubles as EngineTroubles, StuckOrder } from '../temporal/troubles';

/** As many as are named; a number that reaches its limit means "at least". */
const namedLimit = 100;
const countLimit = 2_000;
const givenUpShownMs = 7 * dayMs;
/** A look costs one query of the engine's index and three of the database, whoever asks and however often. */
const freshMs = 5_000;

export interface TroubleLook {
  /** Undefined where the engine did not say. */
  readonly stuck: readonly StuckOrder[] | undefined;
  /** Of the last seven days. */
  readonly givenUp: readonly OrderName[];
  readonly undeliverable: number;
  readonly issuersPaused: number;
}

export type TroubleWatch = ReturnType<typeof createTroubleWatch>;

/** What a person should look at, for `/metrics`, `GET /v1/operator/failures` and the console: one look for all of them. */
export const createTroubleWatch = ({
  troubles,
  stats,
  nowMs,
  log,
}: {
  readonly troubles: Pick<EngineTroubles, 'stuckOrders'>;
  readonly stats: Stats;
  readonly nowMs: () => number;
  readonly log: Logger;
}) => {
  let latest: { readonly look: TroubleLook; readonly atMs: number } | undefined;
  let looking: Promise<TroubleLook> | undefined;

  const read = async (): Promise<TroubleLook> => {
    const [stuck, givenUp, undeliverable, issuersPaused] = await Promise.all([
      troubles.stuckOrders(namedLimit).catch((error: unknown) => {
        log.warn({ err: error }, 'the engine did not say which orders are stuck');
        return undefined;
      }),
      stats.givenUpSince(new Date(nowMs() - givenUpShownMs), namedLimit),
      stats.count('undeliverable', countLimit),
      stats.countIssuers('paused', countLimit),
    ]);
    const look = { stuck, givenUp, undeliverable, issuersPaused };
    latest = { look, atMs: nowMs() };
    return look;
  };

  return {
    /** At most a few seconds old. */
    look: async (): Promise<TroubleLook> => {
      if (latest && nowMs() - latest.atMs < freshMs) return latest.look;
      looking ??= read().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
};
