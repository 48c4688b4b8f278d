/** A 2xx of the second interface; every refusal is a thrown Failure. */
export interface OperationAnswer {
  readonly status: 200 | 201 | 202;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** Durable and not judged yet: the same request again gets the judgement. */
export const queued: OperationAnswer = { status: 202, body: { status: 'queued' }, retryAfterSeconds: 1 };
