/**
 * Every refusal that the platform can give, named once. The HTTP status and whether a repeat can help stand in one
 * exhaustive table, so that a new code cannot be forgotten; Temporal carries the code as the failure's `type`.
 */
export const failures = {
  body_too_large: { status: 413, retryable: false, title: 'The body is larger than this call takes' },
  signature_invalid: { status: 401, retryable: false, title: 'The signature is missing or does not fit' },
  operator_unauthorized: { status: 401, retryable: false, title: 'The operator token is missing or wrong' },
  operator_forbidden: { status: 403, retryable: false, title: 'Your role may not do this' },
  idempotency_mismatch: { status: 422, retryable: false, title: 'This webhook-id was used for another request' },
  in_progress: { status: 409, retryable: true, title: 'The same request is being handled' },
  media_type_unsupported: { status: 415, retryable: false, title: 'The call takes no body of this media type' },
  body_malformed: { status: 400, retryable: false, title: 'The body is not JSON' },
  body_invalid: { status: 422, retryable: false, title: 'The body does not fit the contract' },
  cursor_gone: { status: 410, retryable: false, title: 'What follows this cursor is kept no longer' },
  order_unknown: { status: 404, retryable: false, title: 'There is no such order' },
  issuer_unknown: { status: 404, retryable: false, title: 'There is no such issuer' },
  call_unknown: { status: 404, retryable: false, title: 'There is no such call' },
  message_unknown: { status: 404, retryable: false, title: 'There is no such message' },
  reconciliation_unknown: { status: 404, retryable: false, title: 'There is no such reconciliation' },
  path_unknown: { status: 404, retryable: false, title: 'There is nothing at this path' },
  method_not_allowed: { status: 405, retryable: false, title: 'This path does not take that method' },
  order_conflict: { status: 409, retryable: false, title: 'The order number was used for another content' },
  order_closed: { status: 409, retryable: false, title: 'The order is closed' },
  already_delivered: { status: 409, retryable: false, title: 'Delivery has begun' },
  already_verified: { status: 409, retryable: false, title: 'The order is verified and its issuer pushes codes' },
  not_issued: { status: 409, retryable: false, title: 'The order has no codes to deliver yet' },
  terminal_fixed: { status: 409, retryable: false, title: 'The terminal can be changed only while undeliverable' },
  approval_unknown: { status: 404, retryable: false, title: 'There is no such approval, or its time is over' },
  call_pending: { status: 409, retryable: false, title: 'The message is still being tried' },
  not_replayable: { status: 409, retryable: false, title: 'Only calls of the platform can be sent again' },
  nothing_issued: { status: 409, retryable: false, title: 'The order has no code to deliver' },
  not_delivered: { status: 409, retryable: true, title: 'The codes are not delivered yet' },
  code_redeemed: { status: 409, retryable: false, title: 'The code is used' },
  code_expired: { status: 409, retryable: false, title: 'The code has expired' },
  code_not_started: { status: 409, retryable: true, title: 'The code is not valid yet' },
  uses_exhausted: { status: 409, retryable: false, title: 'The code has fewer uses left' },
  code_held: { status: 409, retryable: true, title: 'A refund of the code waits for its decision' },
  void_pending: { status: 409, retryable: true, title: 'A refund waits for its decision' },
  already_decided: { status: 409, retryable: false, title: 'It was decided otherwise' },
  already_opened: { status: 409, retryable: false, title: 'The codes were shown already' },
  request_unknown: { status: 404, retryable: false, title: 'There is no such request' },
  redemption_conflict: { status: 409, retryable: false, title: 'The redemption id was used for another content' },
  run_unknown: { status: 404, retryable: false, title: 'There is no such conformance run' },
  replay_unknown: { status: 404, retryable: false, title: 'There is no such replay' },
  redemption_unknown: { status: 404, retryable: false, title: 'There is no such redemption' },
  settlement_conflict: { status: 409, retryable: false, title: 'The settlement id was used for another content' },
  refund_exceeded: { status: 409, retryable: false, title: 'More was paid back than is owed' },
  item_unknown: { status: 422, retryable: false, title: 'The order has no such item' },
  origin_forbidden: { status: 403, retryable: false, title: 'The call comes from a page of another site' },
  code_void: { status: 409, retryable: false, title: 'The code is void' },
  pin_wrong: { status: 403, retryable: false, title: 'The PIN is missing or wrong' },
  pin_locked: { status: 429, retryable: true, title: 'Too many wrong PINs' },
  reveal_first: { status: 403, retryable: false, title: 'The codes were not shown to this browser lately' },
  token_mismatch: { status: 403, retryable: false, title: 'The token is not the one of this order' },
  amount_mismatch: { status: 422, retryable: false, title: 'The amount is not the one of this order' },
  quantity_mismatch: { status: 422, retryable: false, title: 'The quantity is not the one of this order' },
  verification_locked: { status: 429, retryable: false, title: 'Too many failed verifications' },
  not_verified: { status: 409, retryable: true, title: 'The order is not verified yet' },
  code_conflict: { status: 409, retryable: false, title: 'The codes contradict those that the order holds' },
  code_reused: { status: 409, retryable: false, title: 'Another order of this issuer holds that value' },
  issuer_exists: { status: 409, retryable: false, title: 'The issuer id is taken' },
  not_url: { status: 409, retryable: false, title: 'The issuer has no callback address' },
  not_pull: { status: 409, retryable: false, title: 'The issuer is called, and fetches no messages' },
  version_unknown: { status: 422, retryable: false, title: 'There is no such version of the contract' },
  version_ended: { status: 410, retryable: false, title: 'That version of the contract is no longer served' },
  not_live: { status: 409, retryable: false, title: 'The issuer is not live yet, and sells test products alone' },
  callback_not_proved: {
    status: 409,
    retryable: true,
    title: 'The host of the callback is not proved',
  },
  issuer_paused: { status: 409, retryable: true, title: 'The issuer is paused' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests at once' },
  unavailable: { status: 503, retryable: true, title: 'A part of the platform is away' },
  statement_not_ready: { status: 409, retryable: true, title: 'The statement of that day is not made yet' },
  internal: { status: 500, retryable: true, title: 'The platform failed' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type FailureCode = keyof typeof failures;

export const isFailureCode = (text: unknown): text is FailureCode =>
  typeof text === 'string' && Object.hasOwn(failures, text);

/** Source: rule 1. All other answers are judged anew when the same request comes again. */
export const isKeptAnswer = (status: number, retryable: boolean): boolean =>
  (status < 300 && status !== 202) || (!retryable && (status === 403 || status === 409 || status === 422));

/** One field that does not fit: `path` is a JSON Pointer (RFC 6901) into the body. */
export interface FieldError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

interface FailureExtras {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** The items that the refusal is about. */
  readonly itemIds?: readonly string[];
  readonly retryAfterSeconds?: number;
}

/** Thrown by the rooms behind HTTP and by a function adapter's api; `code`, `status` and `retryable` are stable. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  readonly retryable: boolean;

  constructor(
    readonly code: FailureCode,
    readonly extras: FailureExtras = {},
  ) {
    super(extras.detail ?? failures[code].title);
    this.status = failures[code].status;
    this.retryable = failures[code].retryable;
  }
}
