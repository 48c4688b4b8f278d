import { keptOrders } from '../../conformance/kept-orders';
import { createStage } from '../../conformance/stage';
import { flawOf, shownId } from '../../conformance/stage-request';
import type { KeyRing } from '../../sealing/key-ring';
import type { ConformanceOrders, ConformanceRuns } from '../../store/conformance';
import type { Mount } from '../edge/mount';
import { bytesOf } from '../edge/raw-body';

interface StageCallsDeps {
  readonly runs: ConformanceRuns;
  readonly orders: ConformanceOrders;
  readonly ring: KeyRing;
  readonly fingerprintKey: Uint8Array;
  readonly nowMs: () => number;
}

const ofRuns =
  /^\/v1\/issuers\/(?<issuerId>[a-z0-9-]{1,64})\/orders\/(?<prefix>conform-[0-9a-f]{8})-[^/]*(?:\/[a-z-]+)?$/;

/** Calls of an issuer about orders of its own run that runs; all others go on to the calls of the contract. */
export const mountStageCalls = (mount: Mount, { runs, orders, ring, fingerprintKey, nowMs }: StageCallsDeps): void => {
  const prefixIn = ({ params }: { readonly params: object }): string => (params as { prefix: string }).prefix;

  mount.staged({
    paths: ofRuns,
    isStaged: async (request) => {
      const { issuerId } = request.params as { issuerId: string };
      return (await runs.runningOf(issuerId))?.prefix === prefixIn(request);
    },
    answer: ({ issuerId, request, webhookId, flaw, readBytes }) => {
      const store = keptOrders(orders, ring, issuerId, prefixIn(request), readBytes);
      const { method, originalUrl: target, headers } = request;
      return createStage({ issuerId, store, fingerprintKey, nowMs }).hear(
        { method, target, headers, rawBody: bytesOf(request.body) },
        { webhookId: shownId(webhookId), flaw: flaw && flawOf[flaw] },
      );
    },
  });
};
