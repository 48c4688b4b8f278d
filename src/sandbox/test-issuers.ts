import { randomBytes } from 'node:crypto';
import { networkOf, siteOf } from '../bounded/per-minute';
import { createSlots } from '../bounded/slots';
import { versions } from '../contract/versions';
import { Failure } from '../domain/failures';
import { testIdPrefix } from '../domain/ids';
import { dayMs, hourMs, testIssuerLifetimeMs } from '../domain/timings';
import { deriveKey, fingerprint } from '../sealing/key-ring';
import type { OrderDeps } from '../second-interface/ask-order';
import type { DayCounts } from '../store/day-counts';
import type { IssuerRow, Issuers, SealedSecret } from '../store/issuers';
import { issuersAliveMax, issuersPerHour } from './limits';
import { bytesName } from './test-requests';
import { whoLeaves } from './who-leaves';

/** Each looks a name up and writes a row: strangers share these places. */
const madeAtOnceMax = 8;
const idBytes = 10;

interface Deps {
  readonly orderDeps: Pick<OrderDeps, 'orders' | 'fingerprintKey'>;
  readonly issuers: Issuers;
  readonly dayCounts: DayCounts;
  readonly nowMs: () => number;
}

type Given = Pick<IssuerRow, 'callback' | 'codeMode'> & { readonly name?: string | undefined };

export const createTestIssuers = ({ orderDeps: { orders, fingerprintKey }, issuers, dayCounts, nowMs }: Deps) => {
  const making = createSlots(madeAtOnceMax);
  /** An address is nobody's to read. */
  const networkKey = deriveKey(fingerprintKey, 'sandbox networks');

  /** By what they sent today and yesterday. */
  const useOf = async (ids: readonly string[]): Promise<(id: string) => number> => {
    const days = [nowMs(), nowMs() - dayMs].map((ms) => new Date(ms));
    const used = await Promise.all(days.map((at) => dayCounts.usedOf(ids.map((id) => ({ name: bytesName(id), at })))));
    return (id) => used.reduce((sum, ofDay) => sum + (ofDay.get(bytesName(id)) ?? 0), 0);
  };

  const requireRoom = async (network: string): Promise<void> => {
    const tests = await issuers.tests(2 * issuersAliveMax);
    if (tests.length < issuersAliveMax) return;
    const sent = await useOf(tests.map(({ _id }) => _id));
    const alive = tests.map((one) => {
      const ageMs = nowMs() - one.createdAt.getTime();
      const use = sent(one._id);
      return { ...one, use: ageMs < hourMs ? Number.MAX_SAFE_INTEGER : use, isIdle: use === 0 && ageMs > dayMs };
    });
    const leaving = whoLeaves(alive, network);
    if (leaving === undefined) {
      throw new Failure('rate_limited', {
        detail: 'There are as many test issuers as there may be',
        retryAfterSeconds: 60,
      });
    }
    const hasOrders = (await orders.list({ issuerId: leaving, limit: 1 })).length > 0;
    if (hasOrders) await issuers.bury(leaving, new Date(nowMs()));
    else await issuers.forgetTest(leaving);
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
      const network = networkOf(address);
      if (making.take(network) !== 'taken') throw new Failure('rate_limited', { retryAfterSeconds: 1 });
      try {
        const issuerId = `${testIdPrefix}${randomBytes(idBytes).toString('hex')}`;
        await requireUsable(issuerId);
        await requireShare(fingerprint(networkKey, network));
        const madeFrom = fingerprint(networkKey, siteOf(address));
        await requireRoom(madeFrom);
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
        making.giveBack(network);
      }
    },
  };
};
