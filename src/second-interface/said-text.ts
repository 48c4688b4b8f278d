import { setImmediate as othersTurn } from 'node:timers/promises';
import { terminalOfOrder } from '../channels/kept-terminal';
import { openCodes } from '../channels/open-codes';
import { secretsApart } from '../channels/terminals';
import { type SaidText, withoutLinks, withoutValues } from '../domain/said-text';
import { SealBroken } from '../sealing/key-ring';
import { openOrder } from '../sealing/order-row';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { markTaken } from './codes-in-place';

/**
 * Of an order with more codes a call that names some is compared with those alone: it may be one of as many calls. All of
 * them are opened so many at a time, as everybody else waits meanwhile.
 */
const comparedMax = 200;

/**
 * The gate of all that a person says of an order, on whichever side: called before it is stored, audited or sent on, as
 * more people read it than may see the codes. `itemIds`: those that it is said of.
 */
export const saidText = async (
  deps: Pick<OrderDeps, 'codes' | 'ring'>,
  row: OrderRow,
  text: string,
  itemIds?: readonly string[],
): Promise<SaidText> => {
  if (row.purgedAt) return withoutLinks(text);
  try {
    return withoutValues(text, [...ownSecrets(deps, row), ...(await codeValues(deps, row, itemIds))]);
  } catch (error) {
    // Of an order that somebody else wrote to, nobody is shown codes.
    if (error instanceof SealBroken) return withoutLinks(text);
    throw error;
  }
};

/** Links, token, and what its terminal has that is secret. */
const ownSecrets = ({ ring }: Pick<OrderDeps, 'ring'>, row: OrderRow): string[] => {
  const { pickupSecret, token, gift } = openOrder(ring, row);
  const given = row.gift?.hash === undefined ? [] : [gift(row.gift.n, row.gift.link).secret];
  return [pickupSecret, token, ...given, ...Object.values(secretsApart(terminalOfOrder(ring, row)).secrets)];
};

const codeValues = async (
  deps: Pick<OrderDeps, 'codes' | 'ring'>,
  row: OrderRow,
  itemIds: readonly string[] | undefined,
): Promise<string[]> => {
  await markTaken(deps, row);
  const sealed = await deps.codes.accepted(row, row.quantity > comparedMax ? itemIds : undefined);
  const values: string[] = [];
  for (let n = 0; n < sealed.length; n += comparedMax) {
    if (n > 0) await othersTurn();
    for (const { value, secret } of openCodes(deps.ring, row, sealed.slice(n, n + comparedMax)))
      values.push(value, ...(secret === undefined ? [] : [secret]));
  }
  return values;
};
