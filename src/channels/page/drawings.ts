import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createPerMinute } from '../../bounded/per-minute';
import { createSlots } from '../../bounded/slots';
import { Failure } from '../../domain/failures';
import { isTestIssuer, orderNameOf, turnOf } from '../../domain/ids';
import type { CodePictures, PicturedCode } from './code-pictures';
import type { Voucher, VoucherSize } from './voucher/voucher-pdf';
import type { AppleWalletSettings } from './wallet/apple-settings';
import type { WalletPass } from './wallet/wallet-pass';

/** What takes a processor for long: 3 ms a code of a voucher, 85 ms the signature of a pass, up to 60 ms a long code of a page. */
export type Drawing =
  | { readonly kind: 'pictures'; readonly codes: readonly PicturedCode[] }
  | { readonly kind: 'png'; readonly code: PicturedCode }
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
/** Of 30 ms each, a few hundred bytes: they wait for each other. */
const shortAtOnceMax = 256;
const perOrderMax = 1;
const threadMemoryMaxMb = 512;
/** Codes of one issuer, 3 ms each: beyond that its pages, too, are drawn beside all other requests. */
const drawnHerePerMinute = 600;
const againSeconds = 5;

// A thread knows no TypeScript, and the api of a test runs from its sources: that takes the built one.
const threadFile = [__dirname, join(__dirname, '../../../dist/src/channels/page')]
  .map((folder) => join(folder, 'drawing-thread.js'))
  .find((path) => existsSync(path));

const tooMany = (): Failure => new Failure('rate_limited', { retryAfterSeconds: againSeconds });

/** Files for buyers, drawn by a thread of their own, so that every other request is answered meanwhile. */
export const createDrawings = (nowMs: () => number) => {
  const drawnHere = createPerMinute(drawnHerePerMinute, nowMs);
  const slots = createSlots(drawnAtOnceMax);
  const shares = createSlots(drawnAtOnceMax, isTestIssuer);
  const shortShares = createSlots(shortAtOnceMax, isTestIssuer);
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

  const drawn = async (drawing: Drawing): Promise<Buffer> => {
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
      if (waiting.size === 0) thread?.unref();
    }
  };

  const drawShort = async (orderId: string, drawing: Drawing): Promise<Buffer> => {
    const { issuerId } = orderNameOf(orderId);
    if (shortShares.take(issuerId) !== 'taken') throw tooMany();
    return drawn(drawing).finally(() => shortShares.giveBack(issuerId));
  };

  const drawings = {
    /** Of a short page, by whoever answers it. */
    mayDrawHere: (orderId: string, codes: number): boolean => {
      const turn = turnOf(orderNameOf(orderId).issuerId);
      if (drawnHere.secondsLeft(turn) !== undefined) return false;
      drawnHere.note(turn, codes);
      return true;
    },

    /** @throws Failure `rate_limited` while one of this kind and order, or too many of its issuer or of all, are drawn. */
    draw: async (orderId: string, drawing: Drawing): Promise<Buffer> => {
      const key = `${drawing.kind}/${orderId}`;
      const { issuerId } = orderNameOf(orderId);
      if (shares.take(issuerId) !== 'taken') throw tooMany();
      if (slots.take(key, perOrderMax) !== 'taken') {
        shares.giveBack(issuerId);
        throw tooMany();
      }
      return drawn(drawing).finally(() => {
        slots.giveBack(key);
        shares.giveBack(issuerId);
      });
    },

    /** Of a mail. Undefined where it has none, or too much is drawn: the code stands there as text. */
    png: async (orderId: string, code: PicturedCode): Promise<Buffer | undefined> => {
      const png = await drawShort(orderId, { kind: 'png', code }).catch(() => undefined);
      return png && png.length > 0 ? png : undefined;
    },

    /** Of a page, each at its code's place. While enough is drawn there are none: the page shows all as text. */
    pictures: async (
      orderId: string,
      codes: readonly PicturedCode[],
      isShort = false,
    ): Promise<readonly CodePictures[]> => {
      const drawing = { kind: 'pictures', codes } as const;
      try {
        return JSON.parse((await (isShort ? drawShort(orderId, drawing) : drawings.draw(orderId, drawing))).toString());
      } catch (error) {
        if (error instanceof Failure && error.code === 'rate_limited') return [];
        throw error;
      }
    },
  };
  return drawings;
};
