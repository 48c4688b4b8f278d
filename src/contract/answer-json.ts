import { Failure } from '../domain/failures';
import type { UnreadField } from '../domain/messages';
import { parseStrictJson } from './strict-json';

/** Of an issuer's answer. */
export interface AnswerJson {
  /** Undefined without one, or when it is not JSON within the limit. */
  readonly json: unknown;
  readonly unread?: readonly UnreadField[];
}

/** Read as strictly as a body of the second interface: two readers of one answer must not see two codes. */
export const readAnswerJson = ({ body, truncated }: { body: Buffer; truncated: boolean }): AnswerJson => {
  const unread = (code: string) => ({ json: undefined, unread: [{ path: '', code }] });
  if (truncated) return unread('too_large_or_cut');
  if (body.length === 0) return unread('body_missing');
  try {
    return { json: parseStrictJson(body) };
  } catch (error) {
    const errors = error instanceof Failure ? error.extras.errors : undefined;
    return errors ? { json: undefined, unread: errors } : unread('body_malformed');
  }
};
