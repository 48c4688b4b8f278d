import type { RequestHandler } from 'express';
import { networkOf } from '../../bounded/per-minute';
import { createSlots } from '../../bounded/slots';
import { Failure } from '../../domain/failures';
import { onceClosed } from './once-closed';
import { bodyLimitBytes } from './raw-body';

/** Up to eight MiB each, before their sender is known. How much all hold together is bounded with all other bodies. */
const largePerAddressMax = 2;

/** Before a body is read that may be far larger than others. @throws Failure `rate_limited` */
export const largeBodies = (): RequestHandler => {
  const slots = createSlots(Number.POSITIVE_INFINITY);
  return (request, response, next) => {
    // One in chunks does not say how large it is.
    const isChunked = request.get('transfer-encoding') !== undefined;
    if (!isChunked && Number(request.get('content-length') ?? 0) <= bodyLimitBytes) return next();
    const network = networkOf(request.ip ?? '');
    if (slots.take(network, largePerAddressMax) !== 'taken') {
      throw new Failure('rate_limited', {
        detail: 'Two large bodies of this address are being read',
        retryAfterSeconds: 2,
      });
    }
    onceClosed(response, () => slots.giveBack(network));
    next();
  };
};
