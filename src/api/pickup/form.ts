import type { Request } from 'express';
import { bytesOf } from '../edge/raw-body';

/** What a button of a page sends without a script; undefined: a program's JSON. Whoever reads it checks it. */
export const formOf = (request: Request): URLSearchParams | undefined => {
  const isForm = (request.get('content-type') ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
  return isForm ? new URLSearchParams(bytesOf(request.body).toString()) : undefined;
};
