import { createSlots } from '../../bounded/slots';
import * as routes from '../../contract/sandbox';
import { Failure } from '../../domain/failures';
import { isTestIssuer } from '../../domain/ids';
import { secondMs } from '../../domain/timings';
import { advanceClock } from '../../sandbox/clock';
import { readInbox } from '../../sandbox/inbox';
import { createTestIssuers } from '../../sandbox/test-issuers';
import type { KeyRing } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { DayCounts } from '../../store/day-counts';
import type { Issuers } from '../../store/issuers';
import { codesKept, type OrderRow } from '../../store/orders';
import type { SandboxInbox } from '../../store/sandbox-inbox';
import type { Mount } from '../edge/mount';
import type { IssuerAccounts } from '../issuer/issuer-accounts';
import { inTurnOfSize, paidReader } from '../issuer/whole-order';

/** Of a hash: enough to know a call again. */
const idLength = 16;
/** Clocks that an api process moves at once: each asks the engine for up to 500 orders. */
const clocksAtOnceMax = 4;
const ofIssuerAtOnceMax = 1;
const againSeconds = 2;

export interface SandboxDeps {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly dayCounts: DayCounts;
  readonly inbox: SandboxInbox;
  readonly ring: KeyRing;
  readonly accounts: IssuerAccounts;
  readonly nowMs: () => number;
}

export const mountSandbox = (mount: Mount, deps: SandboxDeps): void => {
  const { accounts } = deps;
  const testIssuers = createTestIssuers(deps);
  const clocks = createSlots(clocksAtOnceMax);

  mount.open(routes.createSandboxIssuer)(async ({ request, response, readBody }) => {
    response.setHeader('cache-control', 'no-store');
    const body = readBody('stranger');
    let secret = '';
    const row = await testIssuers.make(
      body,
      request.ip ?? '',
      (issuerId) => accounts.requireUsableNew(issuerId, body),
      (issuerId) => {
        const fresh = accounts.freshSecret(issuerId);
        secret = fresh.secret;
        return fresh.sealed;
      },
    );
    return { status: 201, body: { ...(await accounts.bodyOf(row)), secret } };
  });

  mount.issuer(routes.readSandboxInbox)(async ({ issuer }) => {
    requireTest(issuer._id);
    return {
      status: 200,
      body: { data: await readInbox({ ...deps, rowReader: deps.orderDeps.rowReader }, issuer._id) },
    };
  });

  mount.issuer(routes.advanceSandboxClock)(async ({ issuer, body, messageId, ...reading }) => {
    requireTest(issuer._id);
    if (clocks.take(issuer._id, ofIssuerAtOnceMax) !== 'taken')
      throw new Failure('rate_limited', { retryAfterSeconds: againSeconds });
    try {
      const id = messageId.slice(0, idLength);
      const { orderDeps, dayCounts } = deps;
      const orderReading = {
        read: paidReader(orderDeps, reading),
        inTurn: <T>(row: OrderRow, work: () => Promise<T>) => inTurnOfSize(reading, codesKept(row), work),
      };
      const orders = await advanceClock(
        { ...orderDeps, dayCounts, orderReading },
        issuer,
        id,
        body.advanceSeconds * secondMs,
      );
      return { status: 200, body: { orders } };
    } finally {
      clocks.giveBack(issuer._id);
    }
  });
};

/** @throws Failure `path_unknown`: what live issuers do not have. */
const requireTest = (issuerId: string): void => {
  if (!isTestIssuer(issuerId)) throw new Failure('path_unknown');
};
