import { LRUCache } from 'lru-cache';
import type { Collection } from 'mongodb';
import { dayLeftMs } from '../domain/days';
import { Failure } from '../domain/failures';
import { secondMs } from '../domain/timings';
import { isDuplicate } from './store-errors';

/** What was used of an allowance in one UTC day; rows of earlier days forget themselves. */
export interface DayCountRow {
  readonly _id: string;
  readonly at: Date;
  readonly count: number;
}

interface Share {
  readonly name: string;
  readonly n: number;
  readonly at: Date;
}

interface Wanted extends Share {
  readonly limit: number;
}

/** So many allowances a process remembers. */
const ownMax = 10_000;

const idOf = ({ name, at }: Omit<Share, 'n'>): string => `${name}/${at.toISOString().slice(0, 10)}`;

export type DayCounts = ReturnType<typeof createDayCounts>;

export const createDayCounts = ({ dayCounts }: { readonly dayCounts: Collection<DayCountRow> }) => {
  /** What this process took itself: whoever writes to the database gives nobody more by it. */
  const own = new LRUCache<string, number>({ max: ownMax });
  const takenBy = (share: Omit<Share, 'n'>): number => own.get(idOf(share)) ?? 0;
  const note = (share: Share, n: number): void => {
    own.set(idOf(share), Math.max(0, takenBy(share) + n));
  };

  /** Whether there was so much left: of many askers at once none takes what another one took. */
  const take = async ({ limit, ...share }: Wanted): Promise<boolean> => {
    if (takenBy(share) + share.n > limit) return false;
    note(share, share.n);
    try {
      await dayCounts.updateOne(
        { _id: idOf(share), count: { $lte: limit - share.n } },
        { $inc: { count: share.n }, $setOnInsert: { at: share.at } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      note(share, -share.n);
      // The row is there, and nothing fits into what is left.
      if (isDuplicate(error)) return false;
      throw error;
    }
  };
  return {
    take,

    /** How much was used of each; what nothing was used of is left out. */
    usedOf: async (shares: readonly Omit<Share, 'n'>[]): Promise<ReadonlyMap<string, number>> => {
      const rows = await dayCounts.find({ _id: { $in: shares.map(idOf) } }).toArray();
      return new Map(rows.map(({ _id, count }) => [_id.slice(0, _id.lastIndexOf('/')), count]));
    },

    /** @throws Failure `rate_limited` until the day ends. */
    require: async ({ detail, ...wanted }: Wanted & { readonly detail: string }): Promise<void> => {
      if (await take(wanted)) return;
      const retryAfterSeconds = Math.ceil(dayLeftMs(wanted.at.getTime()) / secondMs);
      throw new Failure('rate_limited', { detail, retryAfterSeconds });
    },

    giveBack: async (share: Share): Promise<void> => {
      note(share, -share.n);
      await dayCounts.updateOne({ _id: idOf(share) }, { $inc: { count: -share.n } });
    },
  };
};
