import type { Request } from 'express';
import { Failure } from '../../domain/failures';

/**
 * Called before a reveal: only our own page may ask, and programs, which say nothing of where they come from. A page
 * without a referrer sends the origin `null` with its forms, and `Sec-Fetch-Site` then tells whether it was ours.
 *
 * @throws Failure `origin_forbidden`
 */
export const requireSameOrigin = (request: Request, publicUrl: string): void => {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new Failure('origin_forbidden');
  const origin = request.get('origin');
  if (origin === undefined || (origin === 'null' && site !== undefined)) return;
  const own = [new URL(publicUrl).origin, `${request.protocol}://${request.get('host')}`];
  if (!own.includes(origin)) throw new Failure('origin_forbidden');
};
