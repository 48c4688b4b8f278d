import type { Code } from '../../contract/code';
import { codePng } from '../page/barcode';

/** More would make a mail that nobody scrolls through: the page has them all. */
const codesMax = 20;
const picturesMax = 5;

/** The codes as a mail shows them, where the issuer lets it. */
export const messageCodes = (codes: readonly Code[]) =>
  codes.length > codesMax ? [] : Promise.all(codes.map(messageCode));

const messageCode = async (code: Code, at: number) => {
  const png = at < picturesMax ? await codePng(code.format, code.value) : undefined;
  return {
    code,
    lines: [
      ...(code.secret === undefined ? [] : [`PIN: ${code.secret}`]),
      ...(code.expiresAt === undefined ? [] : [`Valid until ${code.expiresAt.slice(0, 10)}`]),
    ],
    picture: png && { name: `code-${at + 1}`, png },
  };
};
