import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { clockAheadMs, dayMs, hourMs, minuteMs } from '../../domain/timings';
import { fingerprint } from '../../sealing/key-ring';
import type { KnownNetworkRows } from '../../store/known-networks';

/** Of one operator: whoever moves from network to network forgets nobody else's. */
const networksOfOneMax = 100;
const knownMs = dayMs;
const writtenEveryMs = hourMs;
const readEveryMs = minuteMs;
/** Read from the rows, which name no operator. */
const readMax = 10_000;

interface Known {
  readonly takenAtMs: number;
  readonly writtenAtMs: number;
}

export type KnownNetworks = ReturnType<typeof createKnownNetworks>;

/** From where each operator's token, or OpenID, was right within a day, in this process and, a look later, in any. */
export const createKnownNetworks = ({
  rows,
  key,
  nowMs,
  log,
}: {
  readonly rows: KnownNetworkRows;
  readonly key: Buffer;
  readonly nowMs: () => number;
  readonly log: Logger;
}) => {
  /** By who holds the token: the settings name all of them, and a new token begins with a new process. */
  const ofHolder = new Map<string, LRUCache<string, Known>>();
  const ofRows = new LRUCache<string, number>({ max: readMax });
  let readAtMs = Number.NEGATIVE_INFINITY;

  const idOf = (holder: string, network: string): string => fingerprint(key, `${holder}\0${network}`);
  const isLately = (takenAtMs = Number.NEGATIVE_INFINITY): boolean => takenAtMs > nowMs() - knownMs;

  const readRows = async (): Promise<void> => {
    const rowsSince = await rows.takenSince(new Date(nowMs() - knownMs));
    for (const { _id, takenAt } of rowsSince) {
      // What is dated ahead would be known for longer.
      if (takenAt.getTime() <= nowMs() + clockAheadMs) ofRows.set(_id, takenAt.getTime());
    }
  };

  return {
    has: (holder: string, network: string): boolean =>
      isLately(ofHolder.get(holder)?.get(network)?.takenAtMs) || isLately(ofRows.get(idOf(holder, network))),

    /** Its token was taken there. */
    note: (holder: string, network: string): void => {
      const networks = ofHolder.get(holder) ?? new LRUCache<string, Known>({ max: networksOfOneMax });
      const takenAtMs = nowMs();
      const { writtenAtMs = Number.NEGATIVE_INFINITY } = networks.get(network) ?? {};
      const isDue = takenAtMs - writtenAtMs >= writtenEveryMs;
      ofHolder.set(holder, networks.set(network, { takenAtMs, writtenAtMs: isDue ? takenAtMs : writtenAtMs }));
      if (!isDue) return;
      rows.note(idOf(holder, network), new Date(takenAtMs)).catch((error: unknown) => {
        log.warn({ err: error }, 'where an operator works could not be written down');
      });
    },

    /** Called for all that comes from where too many wrong ones come: what others wrote is known at the next try. */
    look: (): void => {
      if (nowMs() - readAtMs < readEveryMs) return;
      readAtMs = nowMs();
      readRows().catch((error: unknown) => {
        readAtMs = Number.NEGATIVE_INFINITY;
        log.warn({ err: error }, 'where operators work could not be read');
      });
    },
  };
};
