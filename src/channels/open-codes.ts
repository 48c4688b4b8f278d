import type { Code } from '../contract/issuer';
import type { KeyRing } from '../sealing/key-ring';
import { unwrapOrderKey } from '../sealing/order-keys';
import type { Codes } from '../store/codes';
import type { OrderRow } from '../store/orders';

/** The only place where codes are opened: called by a delivery and by the pick-up page, in the order of submission. */
export const openCodes = async (
  { ring, codes }: { readonly ring: KeyRing; readonly codes: Codes },
  row: OrderRow,
): Promise<Code[]> => {
  const keys = unwrapOrderKey(ring, row._id, row.wrappedKey.buffer);
  const sealed = await codes.accepted(row);
  return sealed.map((code) => JSON.parse(keys.codes.open(code.sealed.buffer, `code:${row._id}`).toString()) as Code);
};
