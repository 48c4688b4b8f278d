import type { Problem as ProblemBody } from '../contract/problem';

export interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor?: string | null;
}

/** Whatever came: a proxy's answer is a problem too, with less to say. */
type ProblemAnswer = Partial<Omit<ProblemBody, 'code'>> & { readonly code?: string };

const limitMs = 15_000;

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: NonNullable<ProblemAnswer['errors']>;
  readonly requestId: string | undefined;

  constructor(
    { status = 0, code = 'unreachable', detail, errors = [], requestId }: ProblemAnswer,
    readonly retryAfterSeconds?: number,
  ) {
    super(detail ?? 'The platform could not be reached. It may be starting; try again.');
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.requestId = requestId;
  }
}

export interface Asked {
  readonly body?: unknown;
  /** In the place of a body. */
  readonly file?: { readonly mediaType: string; readonly content: Blob };
  readonly signal?: AbortSignal | undefined;
  readonly waitMs?: number | undefined;
}

/** How a page asks the platform: with the cookie of its session, and what else the session needs for a change. */
export const createAsking = <Session extends { readonly csrf: string }>(base: string) => {
  const session: { current: Session | undefined; onEnd: () => void } = { current: undefined, onEnd: () => undefined };

  const call = async <Answer>(
    method: string,
    path: string,
    { body, file, signal, waitMs = limitMs }: Asked = {},
  ): Promise<Answer> => {
    const limit = AbortSignal.timeout(waitMs);
    const mediaType = file?.mediaType ?? (body === undefined ? undefined : 'application/json');
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        headers: {
          ...(mediaType === undefined ? {} : { 'content-type': mediaType }),
          ...(method === 'GET' || !session.current ? {} : { 'x-csrf-token': session.current.csrf }),
        },
        ...(mediaType === undefined ? {} : { body: file?.content ?? JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem({});
    }
    const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
    if (response.ok) return answer;
    if (response.status === 401 && session.current) {
      session.current = undefined;
      session.onEnd();
    }
    throw new Problem(
      {
        status: response.status,
        code: 'unreadable',
        detail: `The platform answered HTTP ${response.status}.`,
        ...answer,
      },
      Number(response.headers.get('retry-after')) || undefined,
    );
  };

  return { session, call };
};

export type Pairs = Readonly<Record<string, string | number | false | null | undefined>>;

export const query = (pairs: Pairs): string => {
  const given = Object.entries(pairs).flatMap(([name, value]) => (value ? [[name, String(value)]] : []));
  const text = new URLSearchParams(given).toString();
  return text === '' ? '' : `?${text}`;
};

/** Of a view's filter, so that it can be sent to a colleague. */
export const keepInAddress = (place: string, filter: Pairs): void =>
  history.replaceState(null, '', `#/${place}${query(filter)}`);
