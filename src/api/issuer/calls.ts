import * as routes from '../../contract/issuer/calls';
import type { CallReader } from '../../operator/calls/call-reader';
import type { Mount } from '../edge/mount';

/** An issuer's own calls, as operators see them. */
export const mountOwnCalls = (mount: Mount, calls: CallReader): void => {
  mount.issuer(routes.listOwnCalls)(async ({ issuer, query }) => ({
    status: 200,
    body: await calls.list(issuer._id, query),
  }));

  mount.issuer(routes.readOwnCall)(async ({ issuer, params }) => {
    const { body } = await calls.find(issuer._id, params.callId);
    return { status: 200, body: await body(issuer) };
  });
};
