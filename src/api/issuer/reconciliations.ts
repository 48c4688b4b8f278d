import { createSlots } from '../../bounded/slots';
import * as routes from '../../contract/issuer/reconciliations';
import { bodyInvalid } from '../../contract/problem';
import type { QueryOf } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { isTestIssuer } from '../../domain/ids';
import { readList } from '../../second-interface/reconciliations/read-list';
import {
  pageOfReconciliation,
  type Reconciling,
  reconcile,
  requireRoom,
  type Span,
} from '../../second-interface/reconciliations/reconcile';
import type { ReconciliationName } from '../../store/reconciliations';
import type { Mount } from '../edge/mount';
import { cursorInvalid, cursorOf } from '../edge/paging';

/** Per process: each holds a list and the numbers of as many orders. */
const runningMax = 8;
const runningPerIssuerMax = 2;

/** An issuer compares its own list with what the platform has. */
export const mountReconciliations = (mount: Mount, deps: Reconciling): void => {
  const slots = createSlots(runningMax, isTestIssuer);
  const running = new Map<string, Promise<void>>();

  /** A call that took too long goes on; its repeat finds what became of it, and begins nothing again. */
  const once = (name: ReconciliationName, work: () => Promise<void>): Promise<void> => {
    const key = `${name.issuerId}/${name.reconciliationId}`;
    const begun = running.get(key);
    if (begun) return begun;
    if (slots.take(name.issuerId, runningPerIssuerMax) !== 'taken') {
      throw new Failure('rate_limited', { detail: 'Other reconciliations run', retryAfterSeconds: 1 });
    }
    const run = work().finally(() => {
      slots.giveBack(name.issuerId);
      running.delete(key);
    });
    running.set(key, run);
    return run;
  };

  const bodyOf = async (name: ReconciliationName, page: number) => {
    const found = await pageOfReconciliation(deps, name, page);
    if (!found) return undefined;
    const { next, ...body } = found;
    return { ...body, nextCursor: next === undefined ? null : cursorOf(String(next)) };
  };

  mount.issuer(routes.reconcileOrders)(async ({ issuer, query, file: { raw, mediaType }, messageId }) => {
    const span = spanOf(query);
    const name = { issuerId: issuer._id, reconciliationId: `rec_${messageId.slice(0, 32)}` };
    if (!(await deps.reconciliations.find(name))) {
      await once(name, async () => {
        const listed = await readList(raw, mediaType);
        await requireRoom(deps, issuer._id);
        await reconcile(deps, name, listed, span);
      });
    }
    const body = await bodyOf(name, 0);
    if (!body) throw new Failure('unavailable');
    return { status: 201, body };
  });

  mount.issuer(routes.readReconciliation)(async ({ issuer, params: { reconciliationId }, query: { cursor } }) => {
    const name = { issuerId: issuer._id, reconciliationId };
    const page = cursor === undefined ? 0 : pageNumberOf(cursor);
    const body = await bodyOf(name, page);
    if (body) return { status: 200, body };
    if (page > 0 && (await deps.reconciliations.find(name))) throw cursorInvalid();
    throw new Failure('reconciliation_unknown');
  });
};

const spanOf = ({ from, to }: QueryOf<typeof routes.reconcileOrders>): Span | undefined => {
  if (from === undefined || to === undefined) return undefined;
  const span = { from: new Date(from), to: new Date(to) };
  if (span.from <= span.to) return span;
  throw bodyInvalid([{ path: '/to', code: 'before_from', message: 'must not be before from' }]);
};

const pageNumberOf = (cursor: string): number => {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^[1-9]\d{0,4}$/.test(text) || cursorOf(text) !== cursor) throw cursorInvalid();
  return Number(text);
};
