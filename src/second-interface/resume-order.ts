import type { OrderName } from '../domain/ids';
import type { ListedFacts } from '../domain/items';
import { isAwaitingCodes, isFinal } from '../domain/order';
import { secondMs } from '../domain/timings';
import type { ResumedOrder } from '../order-messages/order-messages';
import type { OrderRow } from '../store/orders';
import type { Troubles } from '../temporal/troubles';
import type { OrderDeps } from './ask-order';
import { codesMessage } from './claim-codes';
import { startableOrder } from './startable-order';
import { isUntouched } from './untouched-order';

/** References of so many codes fit the engine's payload; an order with more is left to a person. */
const codesLimit = 2_000;

export type Resumed = 'runs' | 'followed' | 'view_written' | 'resumed' | 'unavailable' | 'too_large' | 'tampered';

/** A row that stands so long has no task under way that wrote it. */
const standsMs = 30 * secondMs;

/**
 * An order that should run. Where no workflow runs for it, engine and database come from different moments, or somebody
 * terminated it: whichever of the two is further counts, and the order goes on from there.
 */
export const resumeIfLost = async (
  deps: OrderDeps,
  troubles: Pick<Troubles, 'of'>,
  seen: OrderName & { readonly facts: ListedFacts },
): Promise<Resumed> => {
  const known = await troubles.of(seen);
  if (known?.isRunning) return followRow(deps, seen);
  // Read after the engine: a workflow writes its row before it ends.
  const row = await deps.orders.find(seen);
  if (!row || isFinal(row.facts.state)) return 'runs';
  if (known) {
    const facts = await deps.gateway.readFacts(row);
    if (!facts) return 'unavailable';
    if (facts.version > row.version) {
      await deps.orders.writeView(row, facts, []);
      if (isFinal(facts.state)) return 'view_written';
    }
  }
  const newest = await deps.orders.find(row);
  // What somebody else wrote would be the workflow's own from then on.
  if (newest && !(await isUntouched(deps, newest))) return 'tampered';
  const resumed = newest && (await resumedOrder(deps, newest));
  if (!resumed) return 'too_large';
  if ((await deps.gateway.startOrder({ ...startableOrder(newest), resumed })) !== 'started') return 'unavailable';
  // It runs, whether or not its line can be written.
  const line = { key: `resumed.${resumed.facts.version}`, atMs: deps.nowMs(), event: 'resumed', detail: {} } as const;
  await deps.orders.recordTry(newest, [line]).catch(() => undefined);
  return 'resumed';
};

/**
 * Worker and engine died right after the projection within an Update's task: by the row the codes are on their way, and the
 * workflow waits for what was asked. The asker heard that the order could not be asked, and may not ask again.
 */
const followRow = async (
  { gateway, nowMs }: OrderDeps,
  { facts, ...order }: OrderName & { readonly facts: ListedFacts },
): Promise<Resumed> => {
  if (facts.state !== 'issued' || facts.updatedAtMs > nowMs() - standsMs) return 'runs';
  const own = await gateway.readFacts(order);
  if (!own || own.version >= facts.version) return 'runs';
  return (await gateway.followRow(order, facts.version)) ? 'followed' : 'unavailable';
};

/** By reference only. The next notice is a new message, and no event's number is given twice. */
const resumedOrder = async ({ codes }: OrderDeps, row: OrderRow): Promise<ResumedOrder | undefined> => {
  const accepted = await codes.references(row);
  if (accepted.length > codesLimit) return undefined;
  const facts = {
    ...row.facts,
    version: row.version + 1,
    renotifications: row.facts.renotifications + 1,
    sequence: Math.max(row.facts.sequence, ...row.events.map(({ sequence = 0 }) => sequence)),
  };
  if (isAwaitingCodes(facts.state)) {
    const { calls: given, next } = await codes.given(row);
    if (next !== undefined) return undefined;
    return {
      facts: { ...facts, state: 'verified', issued: 0 },
      held: [],
      codes: given.map(({ _id, codes: items }) => codesMessage(_id, items, false)),
    };
  }
  const held = accepted.map(({ itemId, fingerprint, valueFingerprint, submissionId }) => ({
    itemId,
    fingerprint,
    valueFingerprint,
    submissionId,
  }));
  return { facts, held, codes: [] };
};
