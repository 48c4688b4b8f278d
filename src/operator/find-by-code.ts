import type { Mode } from '../domain/ids';
import { sha256 } from '../sealing/key-ring';
import type { OrderDeps } from '../second-interface/ask-order';
import { valueFingerprint } from '../second-interface/code-references';
import type { Issuers } from '../store/issuers';
import type { ListedOrder, Orders } from '../store/orders';

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
export const findByLink = async (orders: Pick<Orders, 'findByPickup'>, link: string): Promise<ListedOrder[]> => {
  const [, secret] = /\/p\/([\w-]+)/.exec(link) ?? [];
  const row = secret === undefined ? null : await orders.findByPickup(sha256(secret));
  return row && !row.purgedAt ? [row] : [];
};
