import type { VoidAnswer } from '../contract/void-answer';
import type { FailureCode } from '../domain/failures';

interface Unusable {
  readonly kind: 'unusable';
  readonly problem: string;
  readonly code: FailureCode | 'answer_unreadable';
}

export type CodesRead =
  | { readonly kind: 'issued'; readonly fingerprints: readonly string[]; readonly outstanding: number }
  | { readonly kind: 'issuing' | 'refused' }
  | Unusable;

/** Its detail is the issuer's own text, which may hold a code. */
export type VoidRead = { readonly kind: 'void'; readonly status: VoidAnswer['status'] } | Unusable;

/** What an answer said. Never a code. */
export type AnswerRead = CodesRead | VoidRead;
