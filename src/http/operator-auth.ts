import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Failure } from '../domain/failures';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** @throws Failure `operator_unauthorized`; hashes are compared, so that neither content nor length shows in the time. */
export const requireOperator = (request: Request, operatorToken: string): void => {
  const given = /^Bearer (\S{1,512})$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(given), digest(operatorToken))) throw new Failure('operator_unauthorized');
};
