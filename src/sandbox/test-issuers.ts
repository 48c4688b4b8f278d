import { createHash, randomBytes } from 'node:crypto';
import { networkOf } from '../bounded/per-minute';
import { createSlots } from '../bounded/slots';
import { versions } from '../contract/versions';
import { Failure } from '../domain/failures';
import { testIdPrefix } from '../domain/ids';
import { hourMs, testIssuerLifetimeMs } from '../domain/timings';
import type { DayCounts } from '../store/day-counts';
import type { IssuerRow, Issuers, SealedSecret } from '../store/issuers';
import { issuersAliveMax, issuersPerHour } from './limits';

/** Each looks a name up and writes a row: strangers share these places. */
const madeAtOnceMax = 8;
const idBytes = 10;

interface Deps {
  readonly issuers: Issuers;
  readonly dayCounts: DayCounts;
  readonly nowMs: () => number;
}

type Given = Pick<IssuerRow, 'callback' | 'codeMode'> & { readonly name?: string | undefined };

export const createTestIssuers = ({ issuers, dayCounts, nowMs }: Deps) => {
  const making = createSlots(madeAtOnceMax);

  const requireRoom = async (network: string): Promise<void> => {
    if ((await issuers.countTests(issuersAliveMax)) >= issuersAliveMax) {
      throw new Failure('rate_limited', {
        detail: 'There are as many test issuers as there may be',
        retryAfterSeconds: 60,
      });
    }
    const hour = Math.floor(nowMs() / hourMs);
    const whose = createHash('sha256').update(network).digest('base64url').slice(0, 16);
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
        await requireRoom(network);
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
