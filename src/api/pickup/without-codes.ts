import { openCodes } from '../../channels/open-codes';
import { acceptedCodes } from '../../second-interface/claim-codes';
import type { OrderRow } from '../../store/orders';
import type { PageDeps } from './page-model';

/** Who writes of a code may write the code: people of both sides read these words, and the database keeps them as they are. */
export const withoutCodes = (text: string, codes: readonly { readonly value: string; readonly secret?: string }[]) =>
  codes
    .flatMap(({ value, secret }) => (secret === undefined ? [value] : [value, secret]))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, '…'), text);

/** What a buyer says of an order, whose codes are opened for it. @throws Failure `rate_limited` */
export const withoutCodesOf = async ({ orderDeps: deps, shownLimit }: PageDeps, row: OrderRow, text: string) => {
  shownLimit.take(row);
  return withoutCodes(text, openCodes(deps.ring, row, await acceptedCodes(deps, row)));
};
