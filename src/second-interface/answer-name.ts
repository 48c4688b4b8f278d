import { deriveKey, fingerprint } from '../sealing/key-ring';
import type { OrderDeps } from './ask-order';

/**
 * Names the call that an answer to our own message is, or a function's. Histories and rows have it, and the answer may hold codes that are
 * soon guessed: without the key nobody can try what it said.
 */
export const answerName = (
  { fingerprintKey }: Pick<OrderDeps, 'fingerprintKey'>,
  how: 'acknowledgement' | 'replay' | 'function',
  messageId: string,
  answer: unknown,
): string => fingerprint(deriveKey(fingerprintKey, 'answers'), `${how}:${messageId}:${JSON.stringify(answer ?? null)}`);
