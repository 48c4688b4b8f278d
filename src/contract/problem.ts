import { z } from 'zod';
import { Failure, type FailureCode, type FieldError, failures } from '../domain/failures';
import { jsonPointer } from './json-pointer';
import type { Wire } from './route';

export const failureCode = z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]).meta({ id: 'ProblemCode' });

/** RFC 9457 problem details, with a stable `code`. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: failureCode.meta({ description: 'Decide by it' }),
    retryable: z.boolean().meta({ description: 'Whether the same request can be answered otherwise later' }),
    requestId: z.string(),
    errors: z
      .array(
        z.strictObject({
          path: z.string().meta({ description: 'JSON Pointer into the body, or / and the name of a query parameter' }),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
    itemIds: z.array(z.string()).optional().meta({ description: 'The items that the refusal is about' }),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'https://codeferry.dev/problems/body_invalid',
        title: 'The body does not fit the contract',
        status: 422,
        detail: 'The body does not fit the contract',
        code: 'body_invalid',
        retryable: false,
        requestId: '0d2c1c52-7d2e-4d0c-9a3a-3f0a6f5f8a11',
        errors: [{ path: '/amount/value', code: 'too_small', message: 'Too small: expected number to be >=0' }],
      },
    ],
  });
export type Problem = Wire<typeof problem>;

export const problemOf = (failure: Failure, requestId: string): Problem => ({
  type: `https://codeferry.dev/problems/${failure.code}`,
  title: failures[failure.code].title,
  status: failure.status,
  detail: failure.message,
  code: failure.code,
  retryable: failure.retryable,
  requestId,
  ...(failure.extras.errors ? { errors: failure.extras.errors } : {}),
  ...(failure.extras.itemIds ? { itemIds: failure.extras.itemIds } : {}),
});

/** A value is never repeated in an error: it may be a code. */
export const fieldErrors = (error: z.ZodError, unknown = 'is not a field of this body'): FieldError[] =>
  error.issues.slice(0, 50).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, 50).map((key) => ({
        path: jsonPointer([...issue.path, key]),
        code: 'unknown_field',
        message: unknown,
      }));
    }
    return [{ path: jsonPointer(issue.path), code: issue.code, message: issue.message }];
  });

export const bodyInvalid = (errors: readonly FieldError[]): Failure => new Failure('body_invalid', { errors });

/** Of a body that did not come, where something of it is needed. */
export const bodyMissing = (): Failure =>
  bodyInvalid([{ path: '', code: 'required', message: 'A body in JSON is needed' }]);

/** Called once at the edge of every call: from here on a body is typed. */
export const parseWith = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw bodyInvalid(fieldErrors(parsed.error));
};

/** As `parseWith`, of what stands behind the `?`. */
export const parseQuery = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Failure('body_invalid', {
    detail: 'The query does not fit the contract',
    errors: fieldErrors(parsed.error, 'is not a parameter of this call'),
  });
};
