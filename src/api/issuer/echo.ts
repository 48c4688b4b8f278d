import { echo } from '../../contract/issuer/echo';
import { engineUnavailable } from '../../second-interface/ask-order';
import type { OrderGateway } from '../../temporal/order-gateway';
import type { Mount } from '../edge/mount';

/** A self-test of keys and signatures: what came in goes out again to the issuer's callback, signed. */
export const mountEcho = (mount: Mount, gateway: OrderGateway, nowMs: () => number): void =>
  mount.issuer(echo)(async ({ issuer, body, messageId }) => {
    const sent = { issuerId: issuer._id, messageId, atMs: nowMs(), data: body };
    if ((await gateway.startEcho(sent)) === 'unavailable') throw engineUnavailable();
    return { status: 200, body: { status: 'sent' } };
  });
