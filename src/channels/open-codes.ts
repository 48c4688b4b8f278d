import type { Code } from '../contract/code';
import type { KeyRing } from '../sealing/key-ring';
import { type BoundOrder, openOrder } from '../sealing/order-row';

/** The only place where codes are opened: called by a delivery, by the pick-up page, and to cut them out of what people say, in the order of submission. @throws SealBroken */
export const openCodes = (
  ring: KeyRing,
  order: BoundOrder,
  sealedCodes: readonly { readonly sealed: Uint8Array }[],
): Code[] => {
  const keys = openOrder(ring, order);
  return sealedCodes.map(({ sealed }) => JSON.parse(keys.codes.open(sealed, `code:${order._id}`).toString()) as Code);
};
