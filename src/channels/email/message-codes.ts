import type { Code } from '../../contract/code';
import { codePng, pictureBytes } from '../page/barcode';
import type { PageWords } from '../page/translations';

/** More would make a mail that nobody scrolls through: the page has them all. */
const codesMax = 20;
const picturesMax = 5;
/** While one is drawn the worker's other calls wait. */
const picturedMaxBytes = 512;

/** The codes as a mail shows them, where the issuer lets it. */
export const messageCodes = (codes: readonly Code[], words: PageWords) => {
  if (codes.length > codesMax) return [];
  let leftBytes = picturedMaxBytes;
  return Promise.all(
    codes.map((code, at) => {
      leftBytes -= pictureBytes(code);
      return messageCode(code, at, words, at < picturesMax && leftBytes >= 0);
    }),
  );
};

const messageCode = async (code: Code, at: number, words: PageWords, isPictured: boolean) => {
  const png = isPictured ? await codePng(code.format, code.value) : undefined;
  return {
    code,
    lines: [
      ...(code.secret === undefined ? [] : [`${words.code.pin}: ${code.secret}`]),
      ...(code.expiresAt === undefined ? [] : [`${words.code.validUntil} ${code.expiresAt.slice(0, 10)}`]),
    ],
    picture: png && { name: `code-${at + 1}`, png },
  };
};
