import { setImmediate as othersTurn } from 'node:timers/promises';
import { terminalOfOrder } from '../channels/kept-terminal';
import { openCodes } from '../channels/open-codes';
import { secretsApart } from '../channels/terminals';
import { bodyInvalid } from '../contract/problem';
import { holdsValue, type SaidText, withoutValues } from '../domain/said-text';
import { SealBroken } from '../sealing/key-ring';
import { openOrder } from '../sealing/order-row';
import { isPurged, type OrderRow } from '../store/orders';
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
): Promise<SaidText> => withoutValues(text, await secretsOf(deps, row, itemIds));

/**
 * The same gate for an id that whoever calls chooses: nothing can be cut out of it. One that the order has already, from
 * when nothing was refused, is repeated and reversed as ever.
 *
 * @throws Failure `body_invalid`
 */
export const expectPlainId = async (
  deps: Pick<OrderDeps, 'codes' | 'ring' | 'ledger'>,
  row: OrderRow,
  field: 'redemptionId' | 'settlementId',
  id: string,
  itemIds?: readonly string[],
): Promise<void> => {
  if (!holdsValue(id, await secretsOf(deps, row, itemIds))) return;
  await deps.ledger.keep(row, row.ledger ?? []);
  if ((await deps.ledger.ofOperation(row, id)).length > 0) return;
  const message = 'has a code, PIN, link or token of the order in it: take another one';
  throw bodyInvalid([{ path: `/${field}`, code: 'holds_secret', message }]);
};

const secretsOf = async (
  deps: Pick<OrderDeps, 'codes' | 'ring'>,
  row: OrderRow,
  itemIds: readonly string[] | undefined,
): Promise<string[]> => {
  if (isPurged(row)) return [];
  try {
    return [...ownSecrets(deps, row), ...(await codeValues(deps, row, itemIds))];
  } catch (error) {
    // Of an order that somebody else wrote to, nobody is shown codes.
    if (error instanceof SealBroken) return [];
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
