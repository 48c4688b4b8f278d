/** Durable and not judged yet: the same request again gets the judgement. */
export const queued = { status: 202, body: { status: 'queued' }, retryAfterSeconds: 1 } as const;
