import { UnfitKey } from './unfit-key';

export interface Block {
  readonly label: string;
  readonly der: Buffer;
}

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/** Undefined: no PEM. What is around the blocks is for people; what looks like one more, and is none, is not passed over. */
export const blocksOf = (text: string, maxChars: number): Block[] | undefined => {
  if (text.length > maxChars) throw new UnfitKey(`must have at most ${maxChars} characters`);
  if (text.replaceAll(block, '').includes('-----')) return undefined;
  const blocks = [...text.matchAll(block)].map(([, label = '', body = '']) => ({
    label,
    base64: body.replaceAll(/\s+/g, ''),
  }));
  const read = blocks.map(({ label, base64 }) => ({ label, der: Buffer.from(base64, 'base64') }));
  return read.every(({ der }, at) => der.toString('base64') === blocks[at]?.base64) ? read : undefined;
};

/** What was looked at, and nothing else: of the text as it was given a library might read another part. */
export const pemOf = ({ label, der }: Block): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;
