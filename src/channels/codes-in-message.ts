import type { Code } from '../contract/code';
import type { Terminal } from '../domain/order';
import type { Seller } from './channel';

/**
 * The codes that a message to a buyer may hold, for every channel that writes one: none where the issuer does not want it,
 * or where the buyer's page asks for a PIN first.
 */
export const codesInMessage = ({
  seller,
  terminal,
  codes,
}: {
  readonly seller: Seller;
  readonly terminal: Partial<Terminal>;
  readonly codes: readonly Code[];
}): readonly Code[] => (seller.codeInMessage && terminal.pin === undefined ? codes : []);
