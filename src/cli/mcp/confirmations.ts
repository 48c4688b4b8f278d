import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const lifetimeMs = 120_000;
const usedMax = 10_000;

/** One key a process: what was asked before a restart is asked again. */
export const createConfirmations = (nowMs: () => number) => {
  const key = randomBytes(32);
  const used = new LRUCache<string, true>({ max: usedMax, ttl: lifetimeMs });
  const macOf = (nonce: string, endMs: number, deed: string): Buffer =>
    createHmac('sha256', key).update(`${nonce}.${endMs}.${deed}`).digest();

  return {
    /** Stands for exactly this deed, once. */
    ask: (deed: string): string => {
      const [nonce, endMs] = [randomBytes(9).toString('base64url'), nowMs() + lifetimeMs];
      return `${nonce}.${endMs}.${macOf(nonce, endMs, deed).toString('base64url')}`;
    },

    take: (token: string, deed: string): boolean => {
      const [nonce = '', end = '', mac = ''] = token.split('.');
      const [given, right] = [Buffer.from(mac, 'base64url'), macOf(nonce, Number(end), deed)];
      const isRight = given.length === right.length && timingSafeEqual(given, right);
      if (!isRight || Number(end) < nowMs() || used.has(nonce)) return false;
      used.set(nonce, true);
      return true;
    },
  };
};

export type Confirmations = ReturnType<typeof createConfirmations>;
