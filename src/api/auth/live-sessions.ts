import { LRUCache } from 'lru-cache';
import type { OwnOf } from '../../store/own-rows';
import type { SessionRow, SessionRows, WhichSessions } from '../../store/sessions';

/** Without any request. An open page that looks by itself comes back, so it counts as use. */
const idleMs = 30 * 60_000;
/** Use is written down so often at most. */
const touchEveryMs = 60_000;
/** What one process ended is ended in the others within this time. */
const keptMs = 2_000;
const keptMax = 1_000;

/** The rows that end sessions: for every process, over restarts, by idle time, and by `end`. */
export const createLiveSessions = <Row extends SessionRow>({
  rows,
  nowMs,
}: {
  readonly rows: SessionRows<Row>;
  readonly nowMs: () => number;
}) => {
  const kept = new LRUCache<string, { readonly row: Row | null; readonly atMs: number }>({ max: keptMax });

  const keep = (id: string, row: Row | null): void => {
    kept.set(id, { row, atMs: nowMs() });
  };

  /** A reading that began before something ended is not kept. */
  let endings = 0;
  const forgetKept = (): void => {
    endings += 1;
    kept.clear();
  };

  const read = async (id: string): Promise<Row | null> => {
    const before = endings;
    const row = await rows.find(id);
    if (before === endings) keep(id, row);
    return row;
  };

  const find = async (id: string, anew = false): Promise<Row | undefined> => {
    const found = anew ? undefined : kept.get(id);
    const row = found && nowMs() - found.atMs < keptMs ? found.row : await read(id);
    return row && row.liveUntil.getTime() > nowMs() ? row : undefined;
  };

  const liveUntil = (endsAt: Date): Date => new Date(Math.min(endsAt.getTime(), nowMs() + idleMs));

  return {
    find,

    /** Once rows were ended beside it. */
    forget: forgetKept,

    /** To ask is to use it. `anew`: for a change, which may outlast the session that makes it, such as another way in. */
    use: async (id: string, anew: boolean): Promise<Row | undefined> => {
      const row = await find(id, anew);
      if (!row || nowMs() - row.seenAt.getTime() < touchEveryMs) return row;
      const used = { seenAt: new Date(nowMs()), liveUntil: liveUntil(row.endsAt) };
      keep(row._id, { ...row, ...used });
      await rows.touch(row._id, used.seenAt, used.liveUntil);
      return row;
    },

    begin: async (
      begun: Omit<Row, keyof SessionRow> & Pick<SessionRow, '_id' | 'name' | 'endsAt'>,
      ofOneMax: number,
      ownOf: OwnOf<Row>,
    ) => {
      const startedAt = new Date(nowMs());
      const position = `${startedAt.toISOString()}/${begun._id}`;
      const times = { position, startedAt, seenAt: startedAt, liveUntil: liveUntil(begun.endsAt) };
      await rows.insert({ ...begun, ...times } as unknown as Row, ofOneMax, ownOf);
      // Its oldest one may be among those that are kept.
      forgetKept();
    },

    /** At once in this process, within two seconds in the others. @returns How many there were. */
    end: async (which: WhichSessions): Promise<number> => {
      const count = await rows.end(which);
      forgetKept();
      return count;
    },
  };
};
