import type { Mode } from '../domain/ids';
import { SealBroken, sha256 } from '../sealing/key-ring';
import { openOrder, whoseLink } from '../sealing/order-row';
import type { OrderDeps } from '../second-interface/ask-order';
import { valueFingerprint } from '../second-interface/code-references';
import type { Issuers } from '../store/issuers';
import { isPurged, type ListedOrder, type OrderRow } from '../store/orders';

const issuersAtOnce = 500;

/** Values are kept as fingerprints that differ from issuer to issuer: each issuer's is looked for. */
export const findByCode = async (
  deps: OrderDeps,
  issuers: Pick<Issuers, 'list'>,
  code: string,
  { issuerId, mode }: { readonly issuerId?: string | undefined; readonly mode?: Mode | undefined } = {},
): Promise<ListedOrder[]> => {
  const found: ListedOrder[] = [];
  let after: string | undefined;
  for (;;) {
    const ids =
      issuerId === undefined ? (await issuers.list(after, issuersAtOnce, mode)).map(({ _id }) => _id) : [issuerId];
    const values = ids.map((id) => ({ issuerId: id, valueFingerprint: valueFingerprint(deps, id, code) }));
    const holders = await deps.codes.holdersOf(values);
    if (holders.length > 0) found.push(...(await deps.orders.named(holders)));
    after = ids.at(-1);
    if (ids.length < issuersAtOnce || after === undefined) return found;
  }
};

/** Of what a buyer sent to support, whatever stands around the secret; what a purge left is no order. */
export const findByLink = async (
  { orders, ring }: Pick<OrderDeps, 'orders' | 'ring'>,
  link: string,
): Promise<ListedOrder[]> => {
  const [, secret] = /\/p\/([\w-]+)/.exec(link) ?? [];
  const row = secret === undefined ? null : await orders.findByPickup(sha256(secret));
  return secret !== undefined && row && !isPurged(row) && isLinkOf(ring, row, secret) ? [row] : [];
};

/** Of a row that no key opens nobody can say so: it is listed as tampered with. */
const isLinkOf = (ring: OrderDeps['ring'], row: OrderRow, secret: string): boolean => {
  try {
    return whoseLink(openOrder(ring, row), row, secret) !== undefined;
  } catch (error) {
    if (error instanceof SealBroken) return true;
    throw error;
  }
};
