import { createReadOnce } from '../../bounded/read-once';
import * as routes from '../../contract/issuer/failures';
import type { OrderDeps } from '../../second-interface/ask-order';
import { type KeyedFailure, ownFailures } from '../../second-interface/own-failures';
import type { Mount } from '../edge/mount';
import { cursorInvalid, cursorOf } from '../edge/paging';

/** Those behind a key; read for a page, and once for all who ask meanwhile. */
export const createOwnFailures = (deps: Pick<OrderDeps, 'orders' | 'rowReader'>) => {
  const read = createReadOnce((issuerId) => ownFailures(deps, issuerId));
  return async (issuerId: string, after: string | undefined): Promise<KeyedFailure[]> =>
    (await read(issuerId)).filter(({ key }) => after === undefined || key < after);
};

/** What an issuer's orders wait for that does not come. */
export const mountOwnFailures = (mount: Mount, deps: Pick<OrderDeps, 'orders' | 'rowReader'>): void => {
  const failuresAfter = createOwnFailures(deps);
  mount.issuer(routes.listOwnFailures)(async ({ issuer, query: { limit, cursor } }) => {
    const after = cursor === undefined ? undefined : keyIn(cursor);
    const all = await failuresAfter(issuer._id, after);
    const page = all.slice(0, limit);
    const last = all.length > limit ? page.at(-1) : undefined;
    const data = page.map(({ failing: { orderNo, sinceMs, kind, lastStatus, errors } }) => ({
      orderNo,
      since: new Date(sinceMs).toISOString(),
      kind,
      ...(lastStatus !== undefined ? { lastStatus } : {}),
      ...(errors ? { errors } : {}),
    }));
    return { status: 200, body: { data, nextCursor: last ? cursorOf(last.key) : null } };
  });
};

/** @throws Failure `body_invalid` at `/cursor` for what was never given out. */
const keyIn = (cursor: string): string => {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{4}-[\d-]+T[\d:.]+Z\/[\x21-\x7e]+\/[a-z_]+$/.test(key) && cursorOf(key) === cursor) return key;
  throw cursorInvalid();
};
