import { Failure } from '../domain/failures';
import { isUnderItsName } from '../domain/ids';
import type { KeptMessage } from '../domain/kept-message';
import { isOwnMessage, openOrder } from '../sealing/order-row';
import { type ToldOrder, toldRowsMax } from '../store/told-orders';
import type { OrderDeps } from './ask-order';
import { isUntouched } from './untouched-order';

export interface Told {
  readonly row: ToldOrder;
  readonly event?: ToldOrder['events'][number];
  readonly message?: KeptMessage;
}

/**
 * What an issuer names by `webhook-id`s, to answer it or to have it again: events and messages of its own orders, each order
 * read once. An id that somebody else gave another order is in nobody's way: what is answered has the codes of the right
 * one. What is not there has its Failure: `message_unknown`, `unavailable`.
 */
export const toldMessages = async (
  deps: OrderDeps,
  issuerId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Told | Failure>> => {
  const told = new Map<string, Told>();
  const held = new Set<string>();
  let rows = 0;
  for await (const row of ids.length > 0 ? deps.pulls.told(ids) : []) {
    rows += 1;
    if (row.issuerId !== issuerId || !isUnderItsName(row)) continue;
    for (const event of row.events)
      if (event.id !== undefined && deps.orders.isOwnEvent(row, event)) told.set(event.id, { row, event });
    const messages = row.messages.filter(({ id }) => !told.has(id));
    for (const message of messages.length > 0 ? await ownOf(deps, row, messages, held) : [])
      told.set(message.id, { row, message });
    if (told.size === ids.length) break;
  }
  const isCut = rows >= toldRowsMax;
  return new Map(
    ids.map((id) => [id, told.get(id) ?? (isCut || held.has(id) ? isHeld() : new Failure('message_unknown'))]),
  );
};

const isHeld = (): Failure => new Failure('unavailable', { retryAfterSeconds: 60 });

/** Of many that are answered at once one that is held holds no other one up. */
const ownOf = async (
  deps: OrderDeps,
  row: ToldOrder,
  messages: readonly KeptMessage[],
  held: Set<string>,
): Promise<readonly KeptMessage[]> => {
  if (await isUntouched(deps, row)) {
    const keys = openOrder(deps.ring, row);
    return messages.filter((message) => isOwnMessage(keys, message));
  }
  for (const { id } of messages) held.add(id);
  return [];
};

/** One of them. @throws Failure */
export const toldMessage = async (deps: OrderDeps, issuerId: string, id: string): Promise<Told> =>
  expectTold((await toldMessages(deps, issuerId, [id])).get(id));

/** @throws Failure */
export const expectTold = (told: Told | Failure | undefined): Told => {
  if (told && !(told instanceof Failure)) return told;
  throw told ?? new Failure('message_unknown');
};
