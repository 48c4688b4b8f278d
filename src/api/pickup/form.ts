import type { Request } from 'express';
import type { z } from 'zod';
import { jsonBody } from '../edge/mount';
import { bytesOf } from '../edge/raw-body';

const formType = 'application/x-www-form-urlencoded';

/** What a button of a page sends without a script; undefined: a program's JSON. Whoever reads it checks it. */
export const formOf = (request: Request): URLSearchParams | undefined => {
  const isForm = (request.get('content-type') ?? '').toLowerCase().startsWith(formType);
  return isForm ? new URLSearchParams(bytesOf(request.body).toString()) : undefined;
};

export const jsonWithoutForm = <S extends z.ZodType>(request: Request, schema: S): z.output<S> =>
  jsonBody(request, schema, { orElse: [formType] });
