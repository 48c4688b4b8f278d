import { createHash, randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { IssuedCode } from '../../packages/issuer/src';

/** Without letters and digits that people mistake for each other. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const formats = ['text', 'qr', 'code128', 'pdf417', 'aztec', 'datamatrix'] as const;
const ordersMax = 10_000;

const newValue = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')).join(
    '-',
  );

export const hashOf = (value: string): string => createHash('sha256').update(value).digest('hex');

/** Makes an order's codes when they are first asked for and gives the same ones ever after, as an issuer must. */
export const createCodeMaker = () => {
  const made = new LRUCache<string, IssuedCode[]>({ max: ordersMax });
  let previous: IssuedCode[] = [];

  const codesFor = (orderNo: string, quantity: number, format: string | undefined): IssuedCode[] => {
    const known = made.get(orderNo);
    if (known) return known;
    const codes = Array.from({ length: quantity }, (_, index) => ({
      itemId: `item-${index + 1}`,
      value: newValue(),
      format: formats.find((one) => one === format) ?? 'text',
    }));
    made.set(orderNo, codes);
    return codes;
  };

  return {
    codesFor: (orderNo: string, quantity: number, format: string | undefined): IssuedCode[] => {
      const codes = codesFor(orderNo, quantity, format);
      previous = codes;
      return codes;
    },
    /** In place of one that is bad. */
    another: (itemId: string): IssuedCode => ({ itemId: `${itemId}-again`, value: newValue(), format: 'text' }),
    /** Codes of the order before this one, or none while there was no other. */
    reusedFor: (quantity: number): IssuedCode[] => previous.slice(0, quantity),
  };
};
