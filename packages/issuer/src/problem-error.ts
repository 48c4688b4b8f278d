interface ProblemFields {
  /** A code of the platform, or `unreachable`, `queued` or `answer_malformed`, which the client itself gives. */
  readonly code: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly retryable: boolean;
  readonly detail: string;
  readonly requestId?: string | undefined;
  readonly errors?: readonly { readonly path: string; readonly code: string; readonly message: string }[] | undefined;
}

/** Every call that did not get its 2xx rejects with this, after the repeats that could have helped. */
export class ProblemError extends Error implements ProblemFields {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly errors: ProblemFields['errors'];

  constructor(fields: ProblemFields, cause?: unknown) {
    const [first] = fields.errors ?? [];
    super(
      `${fields.code}: ${fields.detail}${first ? ` (${first.path} ${first.message})` : ''}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = fields.code;
    this.status = fields.status;
    this.retryable = fields.retryable;
    this.detail = fields.detail;
    this.requestId = fields.requestId;
    this.errors = fields.errors;
  }
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Reads what was answered with a status that is no success; a proxy's page is a problem too, only with less to say. */
export const problemFrom = (status: number, body: unknown): ProblemError => {
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const mayPass = status >= 500 || status === 429;
  return new ProblemError({
    status,
    code: textOr(problem.code, 'answer_malformed'),
    retryable: typeof problem.retryable === 'boolean' ? problem.retryable : mayPass,
    detail: textOr(problem.detail, `answered ${status}`),
    requestId: typeof problem.requestId === 'string' ? problem.requestId : undefined,
    errors: Array.isArray(problem.errors) ? problem.errors : undefined,
  });
};
