import { echoRequest } from '../../contract/issuer';
import { engineUnavailable } from '../../second-interface/ask-order';
import type { OrderGateway } from '../../temporal/order-gateway';
import type { Mount } from '../edge/mount';

/** A self-test of keys and signatures: what came in goes out again to the issuer's callback, signed. */
export const mountEcho = (mount: Mount, gateway: OrderGateway, nowMs: () => number): void =>
  mount.signedPost({
    path: '/v1/issuers/:issuerId/echo',
    body: echoRequest,
    integersOnly: false,
    handle: async ({ issuer, body, messageId }) => {
      const echo = { issuerId: issuer._id, messageId, atMs: nowMs(), data: body };
      if ((await gateway.startEcho(echo)) === 'unavailable') throw engineUnavailable();
      return { status: 200, body: { status: 'sent' } };
    },
  });
