import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { AnswerWith } from '../../packages/issuer/src';
import type { Reply } from './behaviours';

const messagesMax = 10_000;
/** Longer than any time limit of the platform. */
const neverMs = 60_000;

/** Counts the tries of each message, so that a script can answer the second one differently. */
export const createTries = () => {
  const tries = new LRUCache<string, number>({ max: messagesMax });
  return <T>(webhookId: string, script: readonly T[]): T => {
    const before = tries.get(webhookId) ?? 0;
    tries.set(webhookId, before + 1);
    return script[Math.min(before, script.length - 1)] as T;
  };
};

/** Returns when the callback is to be answered as handled; every other answer is thrown. */
export const playReply = async (reply: Reply, signal: AbortSignal): Promise<void> => {
  switch (reply.kind) {
    case 'ok':
      if (reply.afterMs) await pause(reply.afterMs, undefined, { signal });
      return;
    case 'never':
      await pause(neverMs, undefined, { signal });
      throw new AnswerWith({ status: 503 });
    case 'garbage':
      throw new AnswerWith({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>{"status":' });
    case 'status':
      throw new AnswerWith({ status: reply.status, ...(reply.headers ? { headers: reply.headers } : {}) });
  }
};
