import type { Code } from '../../contract/code';
import { codePng } from '../page/barcode';
import type { PageWords } from '../page/translations';

/** More would make a mail that nobody scrolls through: the page has them all. */
const codesMax = 20;
const picturesMax = 5;

/** The codes as a mail shows them, where the issuer lets it. */
export const messageCodes = (codes: readonly Code[], words: PageWords) =>
  codes.length > codesMax ? [] : Promise.all(codes.map((code, at) => messageCode(code, at, words)));

const messageCode = async (code: Code, at: number, words: PageWords) => {
  const png = at < picturesMax ? await codePng(code.format, code.value) : undefined;
  return {
    code,
    lines: [
      ...(code.secret === undefined ? [] : [`${words.code.pin}: ${code.secret}`]),
      ...(code.expiresAt === undefined ? [] : [`${words.code.validUntil} ${code.expiresAt.slice(0, 10)}`]),
    ],
    picture: png && { name: `code-${at + 1}`, png },
  };
};
