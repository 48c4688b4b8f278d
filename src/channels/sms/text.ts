import { filledIn } from '../../domain/branding';
import type { Delivery } from '../channel';
import { codesInMessage } from '../codes-in-message';
import { messageWords } from '../message-words';
import { oneLine } from '../one-line';
import { marked } from '../test-mark';
import { partMaxChars, smsParts } from './parts';

type TextOf = Pick<
  Delivery<{ readonly language?: string | undefined; readonly pin?: string | undefined }>,
  'order' | 'codes' | 'pickupUrl' | 'seller' | 'terminal'
>;

/** What a long name or many codes may cost at most. */
export const partsMax = 4;
/** Of a seller's and a product's name: more is cut, so that the link is always whole. */
const nameMax = 40;
/** Of all in front of the link. */
const sentenceMax = 160;

/** Sentence and link; the codes too where the issuer wants them and they fit. */
export const textOf = ({ order, codes, pickupUrl = '', seller, terminal }: TextOf): string => {
  const { words, own } = messageWords(seller, terminal);
  const [name, product] = [cut(seller.name, nameMax), cut(order.product.name, nameMax)];
  const values = { seller: name, product, codes: words.message.what(codes.length), orderNo: order.orderNo };
  const said =
    own.sms === undefined
      ? `${words.message.short(codes.length, name, product)}:`
      : cut(filledIn(own.sms, values), sentenceMax);
  const short = marked(order.issuerId, said, words);
  const link = `${short} ${pickupUrl}`;
  // An order may have ten million characters of codes: that they do not fit is told before they are looked at.
  const inMessage = codesInMessage({ seller, terminal, codes });
  const least = inMessage.reduce((sum, { value, secret = '' }) => sum + value.length + secret.length, link.length);
  if (inMessage.length === 0 || least > partsMax * partMaxChars) return link;
  const shown = inMessage.map(({ value, secret }) =>
    secret === undefined ? value : `${value} ${words.code.pin} ${secret}`,
  );
  const full = `${short} ${shown.join(', ')} ${pickupUrl}`;
  return smsParts(full) <= partsMax ? full : link;
};

const cut = (text: string, max: number): string => {
  const plain = [...oneLine(text).trim()];
  return plain.length <= max ? plain.join('') : `${plain.slice(0, max - 3).join('')}...`;
};
