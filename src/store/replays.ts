import type { Collection } from 'mongodb';
import type { EventType } from '../domain/messages';
import { firstOf } from './first-of';
import { ever, type OrderRow, type PendingEvent } from './orders';
import type { SealOfRow } from './sealed-rows';
import { isDuplicate } from './store-errors';

export interface NamedEvent {
  readonly orderNo: string;
  readonly sequence: number;
}

/** Events that an issuer asked for once more, and how far that is. */
export interface ReplayRow {
  /** `{issuerId}/{replayId}` */
  readonly _id: string;
  readonly issuerId: string;
  readonly at: Date;
  /** While it runs: of an issuer one at a time. */
  readonly running?: string;
  readonly matched: number;
  /** How many of them are behind it. */
  readonly offset: number;
  readonly sent: number;
  readonly taken: number;
  readonly events: readonly NamedEvent[];
  /** Over whose it is and since when: one that somebody else wrote keeps no other from beginning. */
  readonly seal?: Buffer;
}

/** What stays as it was begun, and can be read without its events. */
export const sealedOfReplay = ({
  _id,
  issuerId,
  at,
  matched,
}: Pick<ReplayRow, '_id' | 'issuerId' | 'at' | 'matched'>) => ({ _id, issuerId, at, matched });

export type ShownReplay = Omit<ReplayRow, 'events'>;

export interface ReplayFilter {
  readonly sinceMs: number;
  readonly types?: readonly EventType[] | undefined;
}

/** Rows of each kind that are looked at for one replay. */
const rowsMax = 10_000;

const isText = (value: unknown): boolean => typeof value === 'string';

const byTime = (a: FoundEvent, b: FoundEvent): number =>
  a.atMs - b.atMs || (a.orderNo < b.orderNo ? -1 : a.orderNo > b.orderNo ? 1 : a.sequence - b.sequence);

type FoundEvent = NamedEvent & { readonly atMs: number };

export type Replays = ReturnType<typeof createReplays>;

export const createReplays = (
  {
    replays,
    orders,
  }: {
    readonly replays: Collection<ReplayRow>;
    readonly orders: Collection<OrderRow>;
  },
  seal: SealOfRow<ShownReplay>,
) => {
  const idOf = (issuerId: string, replayId: string): string => `${issuerId}/${replayId}`;
  const withoutEvents = { projection: { events: 0 } } as const;

  /** Of before there were seals too: what it has not sent yet is of the next one. */
  const makeRoom = async (issuerId: string): Promise<void> => {
    const there = await replays.findOne({ running: issuerId }, withoutEvents);
    if (there && !seal.isUntouched(there)) await replays.deleteOne({ _id: there._id, running: issuerId });
  };

  return {
    /** Events that were not taken, the oldest first, at most `limit` of them. */
    untaken: async (issuerId: string, { sinceMs, types }: ReplayFilter, limit: number): Promise<NamedEvent[]> => {
      const ofEvents = { 'events.sequence': 1, 'events.status': 1, 'events.atMs': 1, 'events.type': 1 } as const;
      const fields = { projection: { orderNo: 1, ...ofEvents } } as const;
      const [pending, givenUp] = await Promise.all([
        orders.find({ issuerId, eventsPendingSince: ever }, fields).limit(rowsMax).toArray(),
        orders.find({ issuerId, eventsGivenUpAt: ever }, fields).limit(rowsMax).toArray(),
      ]);
      const rows = new Map([...pending, ...givenUp].map((row) => [row._id, row]));
      const isMeant = ({ status, atMs, type }: PendingEvent): boolean =>
        status !== 'sent' && atMs >= sinceMs && (types?.includes(type) ?? true);
      return [...rows.values()]
        .flatMap(({ orderNo, events }) =>
          events.filter(isMeant).map(({ sequence, atMs }): FoundEvent => ({ orderNo, sequence, atMs })),
        )
        .sort(byTime)
        .slice(0, limit)
        .map(({ orderNo, sequence }) => ({ orderNo, sequence }));
    },

    /** `running`: another one of this issuer runs. */
    begin: async (
      issuerId: string,
      replayId: string,
      events: readonly NamedEvent[],
      at: Date,
    ): Promise<'begun' | 'exists' | 'running'> => {
      const _id = idOf(issuerId, replayId);
      await makeRoom(issuerId);
      const begun = {
        ...{ _id, issuerId, at, matched: events.length, offset: 0, sent: 0, taken: 0 },
        ...(events.length > 0 ? { running: issuerId } : {}),
      };
      try {
        await replays.insertOne({ ...begun, events, seal: seal.of(begun) });
        return 'begun';
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return (await replays.findOne({ _id }, withoutEvents)) ? 'exists' : 'running';
      }
    },

    find: (issuerId: string, replayId: string): Promise<ShownReplay | null> =>
      replays.findOne({ _id: idOf(issuerId, replayId) }, withoutEvents),

    /** The next ones, from where it is. */
    next: async (issuerId: string, replayId: string, limit: number): Promise<ReplayRow | null> => {
      const row = await replays.findOne({ _id: idOf(issuerId, replayId) }, withoutEvents);
      if (!row) return null;
      const part = { projection: { events: { $slice: [row.offset, limit] as [number, number] } } };
      return replays.findOne({ _id: row._id, offset: row.offset }, part);
    },

    /** One event is behind it; counted once, also where two workers sent it. */
    advance: async ({ _id, offset }: Pick<ReplayRow, '_id' | 'offset'>, sent: number, taken: number): Promise<void> => {
      await replays.updateOne({ _id, offset }, { $inc: { offset: 1, sent, taken } });
    },

    /** One that was fetched is acknowledged. */
    countTaken: async (issuerId: string, replayId: string): Promise<void> => {
      await replays.updateOne({ _id: idOf(issuerId, replayId) }, { $inc: { taken: 1 } });
    },

    end: async (issuerId: string, replayId: string): Promise<void> => {
      await replays.updateOne({ _id: idOf(issuerId, replayId) }, { $unset: { running: 1 } });
    },

    /** Nothing of it was begun: the engine was away. */
    forget: async (issuerId: string, replayId: string): Promise<void> => {
      await replays.deleteOne({ _id: idOf(issuerId, replayId), offset: 0 });
    },

    /** Read by the reconciler: their workflow may never have been started, or was lost. By issuer, those behind one. */
    running: (after: string, before: Date, limit: number): Promise<ShownReplay[]> =>
      firstOf(
        replays.find({ running: { $gt: after }, at: { $lt: before } }, withoutEvents).sort({ running: 1 }),
        limit,
        ({ _id, issuerId, running }) => running === issuerId && isText(_id) && _id.startsWith(`${issuerId}/`),
      ),
  };
};
