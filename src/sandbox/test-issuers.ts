import { randomBytes } from 'node:crypto';
import { siteOf } from '../bounded/per-minute';
import { createSlots } from '../bounded/slots';
import { versions } from '../contract/versions';
import { Failure } from '../domain/failures';
import { testIdPrefix } from '../domain/ids';
import { dayMs, hourMs, testIssuerLifetimeMs } from '../domain/timings';
import { deriveKey, fingerprint } from '../sealing/key-ring';
import type { OrderDeps } from '../second-interface/ask-order';
import type { DayCounts } from '../store/day-counts';
import type { IssuerRow, Issuers, SealedSecret } from '../store/issuers';
import { createReadTogether } from '../store/read-together';
import { issuersAliveMax, issuersPerHour } from './limits';
import { bytesName } from './test-requests';
import { type TestIssuerAlive, whoLeaves } from './who-leaves';

/** Each looks a name up and writes a row: strangers share these places. */
const madeAtOnceMax = 8;
const idBytes = 10;
/** While there are as many as there may be, a thousand rows and two thousand counts are read no more often. */
const fullKeptMs = 2_000;

interface Deps {
  readonly orderDeps: Pick<OrderDeps, 'orders' | 'fingerprintKey'>;
  readonly issuers: Issuers;
  readonly dayCounts: DayCounts;
  readonly nowMs: () => number;
}

type Given = Pick<IssuerRow, 'callback' | 'codeMode'> & { readonly name?: string | undefined };

export const createTestIssuers = ({ orderDeps: { orders, fingerprintKey }, issuers, dayCounts, nowMs }: Deps) => {
  const making = createSlots(madeAtOnceMax);
  /** They have a place, and are in no list yet. */
  const coming = new Map<string, TestIssuerAlive>();
  let full: { readonly alive: readonly TestIssuerAlive[]; readonly readAtMs: number } | undefined;
  /** An address is nobody's to read. */
  const networkKey = deriveKey(fingerprintKey, 'sandbox networks');

  /** By what they sent today and yesterday. */
  const useOf = async (ids: readonly string[]): Promise<(id: string) => number> => {
    const days = [nowMs(), nowMs() - dayMs].map((ms) => new Date(ms));
    const used = await Promise.all(days.map((at) => dayCounts.usedOf(ids.map((id) => ({ name: bytesName(id), at })))));
    return (id) => used.reduce((sum, ofDay) => sum + (ofDay.get(bytesName(id)) ?? 0), 0);
  };

  const newcomer = (_id: string, madeFrom: string): TestIssuerAlive => ({
    ...{ _id, madeFrom, createdAt: new Date(nowMs()), use: Number.MAX_SAFE_INTEGER, isIdle: false },
  });

  const readAlive = async (): Promise<readonly TestIssuerAlive[]> => {
    // One that is inserted while they are read may be in neither.
    const placed = [...coming.values()];
    const tests = await issuers.tests(2 * issuersAliveMax);
    const isFull = tests.length + placed.length >= issuersAliveMax;
    const sent = isFull ? await useOf(tests.map(({ _id }) => _id)) : () => 0;
    const alive = tests.map((one) => {
      const ageMs = nowMs() - one.createdAt.getTime();
      const use = sent(one._id);
      return { ...one, use: ageMs < hourMs ? Number.MAX_SAFE_INTEGER : use, isIdle: use === 0 && ageMs > dayMs };
    });
    const ids = new Set(alive.map(({ _id }) => _id));
    return [...alive, ...placed.filter(({ _id }) => !ids.has(_id))];
  };

  const end = async (issuerId: string): Promise<void> => {
    const hasOrders = (await orders.list({ issuerId, limit: 1 })).length > 0;
    if (hasOrders) await issuers.bury(issuerId, new Date(nowMs()));
    else await issuers.forgetTest(issuerId);
  };

  /** Each for itself, and all who ask at the same moment by one list, so that nobody leaves for two. */
  const placeOf = createReadTogether<true>(async (names) => {
    const isKnown = full !== undefined && nowMs() - full.readAtMs < fullKeptMs;
    const readAtMs = isKnown && full ? full.readAtMs : nowMs();
    let alive = isKnown && full ? full.alive : await readAlive();
    full = undefined;
    const placed = new Map<string, true>();
    for (const name of names) {
      const [issuerId = '', madeFrom = ''] = name.split('/');
      const leaving = alive.length < issuersAliveMax ? undefined : whoLeaves(alive, madeFrom);
      if (alive.length >= issuersAliveMax && leaving === undefined) continue;
      if (leaving !== undefined) await end(leaving);
      const one = newcomer(issuerId, madeFrom);
      coming.set(issuerId, one);
      alive = [...alive.filter(({ _id }) => _id !== leaving), one];
      placed.set(name, true);
    }
    if (alive.length >= issuersAliveMax) full = { alive, readAtMs };
    return placed;
  });

  /** @throws Failure `rate_limited` */
  const requireRoom = async (issuerId: string, madeFrom: string): Promise<void> => {
    if (await placeOf(`${issuerId}/${madeFrom}`)) return;
    throw new Failure('rate_limited', {
      detail: 'There are as many test issuers as there may be',
      retryAfterSeconds: 60,
    });
  };

  const requireShare = async (whose: string): Promise<void> => {
    const hour = Math.floor(nowMs() / hourMs);
    const share = { name: `test-issuers/${whose}/${hour}`, n: 1, at: new Date(nowMs()), limit: issuersPerHour };
    if (await dayCounts.take(share)) return;
    throw new Failure('rate_limited', {
      detail: `One address makes ${issuersPerHour} test issuers an hour: go on with one that you made`,
      retryAfterSeconds: Math.ceil(((hour + 1) * hourMs - nowMs()) / 1_000),
    });
  };

  return {
    /** The row of a new one, still to be inserted. `requireUsable` throws for a callback that may not be called. */
    make: async (
      { name, callback, codeMode }: Given,
      address: string,
      requireUsable: (issuerId: string) => Promise<void>,
      secretFor: (issuerId: string) => SealedSecret['sealed'],
    ): Promise<Omit<IssuerRow, 'seal'>> => {
      const site = siteOf(address);
      if (making.take(site) !== 'taken') throw new Failure('rate_limited', { retryAfterSeconds: 1 });
      const issuerId = `${testIdPrefix}${randomBytes(idBytes).toString('hex')}`;
      try {
        const madeFrom = fingerprint(networkKey, site);
        await requireUsable(issuerId);
        await requireShare(madeFrom);
        await requireRoom(issuerId, madeFrom);
        const createdAt = new Date(nowMs());
        const row: Omit<IssuerRow, 'seal'> = {
          _id: issuerId,
          apiVersion: versions.newest,
          name: name ?? 'Test issuer',
          state: 'active',
          callback,
          codeMode,
          terminal: { channel: 'page' },
          createdAt,
          endsAt: new Date(createdAt.getTime() + testIssuerLifetimeMs),
          madeFrom,
          secrets: [{ sealed: secretFor(issuerId), createdAt }],
          holds: [],
        };
        await issuers.insert(row);
        return row;
      } finally {
        coming.delete(issuerId);
        making.giveBack(site);
      }
    },
  };
};
