import type { Delivery } from '../channel';
import { smsParts } from './parts';

type TextOf = Pick<Delivery<unknown>, 'order' | 'codes' | 'pickupUrl' | 'seller'>;

/** What a long name or many codes may cost at most. */
export const partsMax = 4;
/** Of a seller's and a product's name: more is cut, so that the link is always whole. */
const nameMax = 40;

/** Sentence and link; the codes too where the issuer wants them and they fit. */
export const textOf = ({ order, codes, pickupUrl = '', seller }: TextOf): string => {
  const what = codes.length === 1 ? 'code' : `${codes.length} codes`;
  const short = `${cut(seller.name)}: your ${what} for ${cut(order.product.name)}`;
  const link = `${short}: ${pickupUrl}`;
  if (!seller.codeInMessage) return link;
  const values = codes.map(({ value, secret }) => (secret === undefined ? value : `${value} PIN ${secret}`));
  const full = `${short}: ${values.join(', ')} ${pickupUrl}`;
  return smsParts(full) <= partsMax ? full : link;
};

const cut = (name: string): string => {
  const plain = [...name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()];
  return plain.length <= nameMax ? plain.join('') : `${plain.slice(0, nameMax - 3).join('')}...`;
};
