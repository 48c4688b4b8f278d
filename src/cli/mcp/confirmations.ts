import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isSameText } from '../../signing/same-text';

const lifetimeMs = 120_000;
const usedMax = 10_000;

/** One key a process: what was asked before a restart is asked again. */
export const createConfirmations = (nowMs: () => number) => {
  const key = randomBytes(32);
  const used = new LRUCache<string, true>({ max: usedMax, ttl: lifetimeMs });
  const textOf = (nonce: string, endMs: number, deed: string): string =>
    `${nonce}.${endMs}.${createHmac('sha256', key).update(`${nonce}.${endMs}.${deed}`).digest('base64url')}`;

  return {
    /** Stands for exactly this deed, once. */
    ask: (deed: string): string => textOf(randomBytes(9).toString('base64url'), nowMs() + lifetimeMs, deed),

    take: (token: string, deed: string): boolean => {
      const [nonce = '', end = ''] = token.split('.');
      const isRight = isSameText(token, textOf(nonce, Number(end), deed));
      if (!isRight || Number(end) < nowMs() || used.has(nonce)) return false;
      used.set(nonce, true);
      return true;
    },
  };
};

export type Confirmations = ReturnType<typeof createConfirmations>;
