import type { Code } from '../contract/code';
import type { KeyRing } from '../sealing/key-ring';
import { unwrapOrderKey } from '../sealing/order-keys';

/** The only place where codes are opened: called by a delivery and by the pick-up page, in the order of submission. */
export const openCodes = (
  ring: KeyRing,
  order: { readonly _id: string; readonly wrappedKey: Uint8Array },
  sealedCodes: readonly { readonly sealed: Uint8Array }[],
): Code[] => {
  const keys = unwrapOrderKey(ring, order._id, order.wrappedKey);
  return sealedCodes.map(({ sealed }) => JSON.parse(keys.codes.open(sealed, `code:${order._id}`).toString()) as Code);
};
