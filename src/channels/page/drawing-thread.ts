import { setImmediate as otherWork } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { codePng } from './barcode';
import { type CodePictures, codePictures, type PicturedCode } from './code-pictures';
import type { Drawing, Drawn } from './drawings';
import { pageWords } from './translations';
import { voucherPdf } from './voucher/voucher-pdf';
import { applePass } from './wallet/apple-pass';

/** The thread of `createDrawings`. Between two codes others are drawn: a short one waits for no long one. */
const port = parentPort;
port?.on('message', async ({ id, drawing }: { readonly id: number; readonly drawing: Drawing }) => {
  const answer = (drawn: Drawn): void => port.postMessage(drawn);
  try {
    answer({ id, file: await draw(drawing) });
  } catch {
    // What failed may have a code in its words.
    answer({ id });
  }
});

const draw = async (drawing: Drawing): Promise<Uint8Array> => {
  if (drawing.kind === 'pictures') return Buffer.from(JSON.stringify(await picturesOf(drawing.codes)));
  if (drawing.kind === 'png') return (await codePng(drawing.code)) ?? Buffer.alloc(0);
  const words = pageWords(drawing.language);
  if (drawing.kind === 'voucher') return voucherPdf(drawing.voucher, drawing.size, words);
  return applePass(drawing.settings, drawing.pass, words);
};

const picturesOf = async (codes: readonly PicturedCode[]): Promise<CodePictures[]> => {
  const drawn: CodePictures[] = [];
  for (const code of codes) {
    drawn.push(codePictures(code));
    await otherWork();
  }
  return drawn;
};
