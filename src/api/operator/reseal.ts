import * as routes from '../../contract/operator/keys';
import { bodyInvalid } from '../../contract/problem';
import { type ResealDeps, type ResealPosition, resealPart } from '../../operator/reseal';
import { sealedKinds } from '../../store/sealed-values';
import type { Mount } from '../edge/mount';
import { cursorOf } from '../edge/paging';

/** After a change of the master key: driven by its caller, part by part, until nothing is under an old one. */
export const mountReseal = (mount: Mount, deps: ResealDeps): void => {
  mount.operator(routes.reseal)(async ({ body: { limit, cursor }, audit }) => {
    const position = cursor === undefined ? undefined : positionIn(cursor);
    const { next, ...done } = await audit(
      { action: 'keys.resealed', target: 'platform', after: { limit } },
      () => resealPart(deps, limit, position),
      ({ resealed }) => ({ after: { resealed } }),
    );
    return {
      status: 200,
      body: { ...done, ...(next ? { nextCursor: cursorOf(`${next.kind}/${next.id}`) } : {}) },
    };
  });
};

const positionIn = (cursor: string): ResealPosition => {
  const position = Buffer.from(cursor, 'base64url').toString();
  const kind = sealedKinds.find((one) => position.startsWith(`${one}/`));
  if (!kind || cursorOf(position) !== cursor) {
    throw bodyInvalid([{ path: '/cursor', code: 'cursor_invalid', message: 'was not given out by this call' }]);
  }
  return { kind, id: position.slice(kind.length + 1) };
};
