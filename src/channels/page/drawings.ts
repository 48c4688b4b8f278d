import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSlots } from '../../bounded/slots';
import { Failure } from '../../domain/failures';
import { isTestIssuer, orderNameOf } from '../../domain/ids';
import type { CodePictures, PicturedCode } from './code-pictures';
import type { Voucher, VoucherSize } from './voucher/voucher-pdf';
import type { AppleWalletSettings } from './wallet/apple-settings';
import type { WalletPass } from './wallet/wallet-pass';

/** What takes a processor for long: 3 ms a code of a voucher, 85 ms the signature of a pass, up to 60 ms a long code of a page. */
export type Drawing =
  | { readonly kind: 'pictures'; readonly codes: readonly PicturedCode[] }
  | { readonly kind: 'voucher'; readonly language: string; readonly voucher: Voucher; readonly size: VoucherSize }
  | {
      readonly kind: 'pass';
      readonly language: string;
      readonly settings: AppleWalletSettings;
      readonly pass: WalletPass;
    };

export interface Drawn {
  readonly id: number;
  /** Left out: it could not be drawn. */
  readonly file?: Uint8Array;
}

export type Drawings = ReturnType<typeof createDrawings>;

/** Of a process. A voucher of 10,000 codes and what is made of it are 100 MB. */
const drawnAtOnceMax = 4;
const perOrderMax = 1;
const threadMemoryMaxMb = 512;
const againSeconds = 5;

// A thread knows no TypeScript, and the api of a test runs from its sources: that takes the built one.
const threadFile = [__dirname, join(__dirname, '../../../dist/src/channels/page')]
  .map((folder) => join(folder, 'drawing-thread.js'))
  .find((path) => existsSync(path));

const tooMany = (): Failure => new Failure('rate_limited', { retryAfterSeconds: againSeconds });

/** Files for buyers, drawn by a thread of their own, so that every other request is answered meanwhile. */
export const createDrawings = () => {
  const slots = createSlots(drawnAtOnceMax);
  const shares = createSlots(drawnAtOnceMax, isTestIssuer);
  const waiting = new Map<number, (file: Uint8Array | undefined) => void>();
  let thread: Worker | undefined;
  let lastId = 0;

  const started = (): Worker => {
    if (thread) return thread;
    if (threadFile === undefined) throw new Error('the platform is not built: npm run build');
    const fresh = new Worker(threadFile, { resourceLimits: { maxOldGenerationSizeMb: threadMemoryMaxMb } });
    fresh.on('message', ({ id, file }: Drawn) => {
      waiting.get(id)?.(file);
      waiting.delete(id);
    });
    // Told by the exit that follows it.
    fresh.on('error', () => undefined);
    fresh.on('exit', () => {
      thread = undefined;
      for (const settle of waiting.values()) settle(undefined);
      waiting.clear();
    });
    thread = fresh;
    return fresh;
  };

  const drawings = {
    /** @throws Failure `rate_limited` while one of this kind and order, or too many of its issuer or of all, are drawn. */
    draw: async (orderId: string, drawing: Drawing): Promise<Buffer> => {
      const key = `${drawing.kind}/${orderId}`;
      const { issuerId } = orderNameOf(orderId);
      if (shares.take(issuerId) !== 'taken') throw tooMany();
      if (slots.take(key, perOrderMax) !== 'taken') {
        shares.giveBack(issuerId);
        throw tooMany();
      }
      lastId += 1;
      const id = lastId;
      try {
        const file = await new Promise<Uint8Array | undefined>((resolve) => {
          waiting.set(id, resolve);
          const drawer = started();
          // While it draws nothing it keeps no process from its end.
          drawer.ref();
          drawer.postMessage({ id, drawing });
        });
        if (!file) throw new Error(`a ${drawing.kind} could not be drawn`);
        return Buffer.from(file.buffer, file.byteOffset, file.byteLength);
      } finally {
        waiting.delete(id);
        slots.giveBack(key);
        shares.giveBack(issuerId);
        if (waiting.size === 0) thread?.unref();
      }
    },

    /** Of a page, each at its code's place. While enough is drawn there are none: the page shows all as text. */
    pictures: async (orderId: string, codes: readonly PicturedCode[]): Promise<readonly CodePictures[]> => {
      try {
        return JSON.parse((await drawings.draw(orderId, { kind: 'pictures', codes })).toString());
      } catch (error) {
        if (error instanceof Failure && error.code === 'rate_limited') return [];
        throw error;
      }
    },
  };
  return drawings;
};
