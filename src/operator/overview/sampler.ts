import type { Logger } from 'pino';
import type { RowReader } from '../../bounded/row-reader';
import { createSlots } from '../../bounded/slots';
import type { Overview } from '../../contract/operator/overview';
import { Failure } from '../../domain/failures';
import { minuteMs } from '../../domain/timings';
import type { Stats } from '../../store/stats';
import type { TroubleWatch } from '../troubles';
import { overviewMinutes, overviewOf, waitingStates } from './overview';
import { createConsoleSample } from './sample';

const countLimit = 2_000;
const oldestPerState = 4;
const watchersLimit = 200;
/** Of one operator: nobody takes the others' places. */
const watchersOfOneLimit = 10;
const pauseMs = 2_000;
/** The pause is at least so many times as long as the reading: watching takes a tenth of one connection at most. */
const pausePerReading = 9;

export type ConsoleSampler = ReturnType<typeof createConsoleSampler>;

/** One look at the database for all open overviews of this process, and none while nobody watches. */
export const createConsoleSampler = ({
  stats,
  rowReader,
  troubles,
  nowMs,
  log,
}: {
  readonly stats: Stats;
  readonly rowReader: RowReader;
  readonly troubles: TroubleWatch;
  readonly nowMs: () => number;
  readonly log: Logger;
}) => {
  const sample = createConsoleSample(stats, rowReader);
  const watchers = new Set<(text: string) => void>();
  const places = createSlots(watchersLimit);
  let latest: { readonly overview: Overview; readonly text: string; readonly readAtMs: number } | undefined;
  let reading: Promise<Overview> | undefined;
  let isTicking = false;

  const read = async (): Promise<Overview> => {
    const atMs = nowMs();
    const since = new Date(Math.floor(atMs / minuteMs) * minuteMs - (overviewMinutes - 1) * minuteMs);
    const { orders, isCapped } = await sample.read(since);
    const counts = await Promise.all(waitingStates.map((state) => stats.count(state, countLimit)));
    const oldest = await Promise.all(
      waitingStates.map((state, n) => (counts[n] === 0 ? [] : stats.oldest(state, oldestPerState))),
    );
    const overview = overviewOf({
      atMs,
      trouble: await troubles.look(),
      newest: orders,
      isCapped,
      oldest: rowReader.those('orders', oldest.flat()),
      waiting: waitingStates.map((state, n) => {
        const count = counts[n] ?? 0;
        return { state, count, isCapped: count >= countLimit };
      }),
    });
    latest = { overview, text: JSON.stringify(overview), readAtMs: nowMs() };
    return overview;
  };

  /** However many ask at once, one reading runs. */
  const readOnce = (): Promise<Overview> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  const isFresh = (): boolean => latest !== undefined && nowMs() - latest.readAtMs < pauseMs;

  const tick = async (): Promise<void> => {
    const startedAtMs = nowMs();
    try {
      await readOnce();
      for (const watcher of watchers) watcher(latest?.text ?? '');
    } catch (error) {
      log.warn({ err: error }, 'the console overview could not be read');
    }
    isTicking = watchers.size > 0;
    const tookMs = nowMs() - startedAtMs;
    if (isTicking) setTimeout(tick, Math.max(pauseMs, pausePerReading * tookMs)).unref();
  };

  return {
    overview: async (): Promise<Overview> => (isFresh() && latest ? latest.overview : readOnce()),

    /** Returns what ends the watching, called once. @throws Failure `rate_limited` when too many watch in this process. */
    watch: (watcher: (text: string) => void, name: string): (() => void) => {
      if (places.take(name, watchersOfOneLimit) !== 'taken')
        throw new Failure('rate_limited', { retryAfterSeconds: 10 });
      watchers.add(watcher);
      const text = isFresh() ? latest?.text : undefined;
      // Not before the caller has begun its answer.
      if (text !== undefined) setImmediate(() => watchers.has(watcher) && watcher(text));
      if (!isTicking) {
        isTicking = true;
        setImmediate(tick);
      }
      return () => {
        watchers.delete(watcher);
        places.giveBack(name);
      };
    },
  };
};
