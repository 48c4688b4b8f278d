import type { OrderName } from '../../domain/ids';
import { heldItems, itemOf, itemState, usesLeft } from '../../domain/items';
import type { ItemFacts } from '../../domain/order';
import { openedAtOf } from '../../store/opened-at';
import type { OrderRow } from '../../store/orders';
import type { OrderDeps } from '../ask-order';
import { expectKnown } from '../find-order';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Items in the order of their coming, by reference: never a code. */
export const listItems = async (deps: OrderDeps, row: OrderRow, after: number, limit: number) => {
  const { facts } = row;
  const all = await deps.codes.references(row);
  const heldNow = heldItems(facts);
  const openedAt = openedAtOf(row)?.toISOString();
  const rows = all.slice(after, after + limit).map(({ itemId }) => {
    const item = itemOf(facts, itemId);
    return {
      itemId,
      state: itemState(facts, item),
      uses: item.uses ?? 1,
      usesLeft: usesLeft(item),
      held: heldNow.has(itemId),
      ...(item.startsAtMs !== undefined ? { startsAt: iso(item.startsAtMs) } : {}),
      ...(item.expiresAtMs !== undefined ? { expiresAt: iso(item.expiresAtMs) } : {}),
      ...deliveredAt(row, item),
      ...(openedAt !== undefined ? { openedAt } : {}),
      ...(item.replacedBy !== undefined ? { replacedBy: item.replacedBy } : {}),
      ...(item.replaces !== undefined ? { replaces: item.replaces } : {}),
      ...(item.maybeLive ? { maybeLive: true } : {}),
    };
  });
  return { rows, isLast: after + limit >= all.length };
};

/** One that took another's place came with that, of which the row knows the newest. */
const deliveredAt = (row: OrderRow, { itemId, replaces }: ItemFacts): { readonly deliveredAt?: string } => {
  if (replaces === undefined) return row.deliveredAt ? { deliveredAt: row.deliveredAt.toISOString() } : {};
  const placed = row.events.find((event) => event.replaces?.some(({ by }) => by === itemId));
  return placed ? { deliveredAt: iso(placed.atMs) } : {};
};

/** Redemptions, oldest first, with what was taken back. */
export const listRedemptions = async (deps: OrderDeps, row: OrderName, afterSeq: number, limit: number) => {
  const { ledger = [] } = expectKnown(await deps.orders.redeemedLately(row));
  await deps.ledger.keep(row, ledger);
  const found = await deps.ledger.redemptions(row, afterSeq, limit + 1);
  const page = found.slice(0, limit);
  const reversals = await deps.ledger.reversalsOf(
    row,
    page.flatMap(({ operationId }) => operationId ?? []),
  );
  const reversedAt = new Map(reversals.map(({ operationId, atMs }) => [operationId, atMs]));
  return {
    rows: page.map(({ operationId = '', itemId = '', uses = 1, usesLeft: left = 0, atMs, redeemedAtMs, place }) => {
      const reversed = reversedAt.get(operationId);
      return {
        redemptionId: operationId,
        itemId,
        uses,
        usesLeft: left,
        at: iso(redeemedAtMs ?? atMs),
        ...(place !== undefined ? { place } : {}),
        ...(reversed !== undefined ? { reversedAt: iso(reversed) } : {}),
      };
    }),
    lastSeq: page.at(-1)?.seq ?? afterSeq,
    isLast: found.length <= limit,
  };
};
