import type { z } from 'zod';
import { Failure, type FailureCode, type FieldError, failures } from '../domain/failures';
import { jsonPointer } from './json-pointer';

/** RFC 9457 problem details, with a stable `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

export const problemOf = (failure: Failure, requestId: string): Problem => ({
  type: `https://codeferry.dev/problems/${failure.code}`,
  title: failures[failure.code].title,
  status: failure.status,
  detail: failure.message,
  code: failure.code,
  retryable: failure.retryable,
  requestId,
  ...(failure.extras.errors ? { errors: failure.extras.errors } : {}),
});

/** A value is never repeated in an error: it may be a code. */
const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.slice(0, 50).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, 50).map((key) => ({
        path: jsonPointer([...issue.path, key]),
        code: 'unknown_field',
        message: 'is not a field of this body',
      }));
    }
    return [{ path: jsonPointer(issue.path), code: issue.code, message: issue.message }];
  });

export const bodyInvalid = (errors: readonly FieldError[]): Failure => new Failure('body_invalid', { errors });

/** Called once at the edge of every call: from here on a body is typed. */
export const parseWith = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw bodyInvalid(fieldErrors(parsed.error));
};
