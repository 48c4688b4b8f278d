import type { Code } from '../../contract/code';
import { pictureBytes } from '../page/barcode';
import type { PicturedCode } from '../page/code-pictures';
import type { PageWords } from '../page/translations';

/** More would make a mail that nobody scrolls through: the page has them all. */
const codesMax = 20;
const picturesMax = 5;
const picturedMaxBytes = 512;

/** Undefined where there is none, or too much is drawn. */
export type DrawPng = (code: PicturedCode) => Promise<Buffer | undefined>;

/** The codes as a mail shows them, where the issuer lets it. */
export const messageCodes = (codes: readonly Code[], words: PageWords, drawPng: DrawPng) => {
  if (codes.length > codesMax) return [];
  let leftBytes = picturedMaxBytes;
  return Promise.all(
    codes.map((code, at) => {
      leftBytes -= pictureBytes(code);
      return messageCode(code, at, words, at < picturesMax && leftBytes >= 0 ? drawPng : undefined);
    }),
  );
};

const messageCode = async (code: Code, at: number, words: PageWords, drawPng?: DrawPng) => {
  const { format, value } = code;
  const png = format === 'text' ? undefined : await drawPng?.({ format, value });
  return {
    code,
    lines: [
      ...(code.secret === undefined ? [] : [`${words.code.pin}: ${code.secret}`]),
      ...(code.expiresAt === undefined ? [] : [`${words.code.validUntil} ${code.expiresAt.slice(0, 10)}`]),
    ],
    picture: png && { name: `code-${at + 1}`, png },
  };
};
