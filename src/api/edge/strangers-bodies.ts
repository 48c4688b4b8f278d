import type { Request } from 'express';
import { siteOf } from '../../bounded/per-minute';
import { createLimitPerMinute } from './limit-per-minute';
import { bytesOf } from './raw-body';

/** A minute, of one site. */
const largePerMinuteMax = 20;
/** To read so little takes no longer than the request itself: nobody is kept out by whoever is beside him. */
const smallBytes = 1024;

/** Asked before a body is read of somebody who has shown nothing yet. @throws Failure `rate_limited` */
export const limitStrangersBodies = (nowMs: () => number) => {
  const limit = createLimitPerMinute(largePerMinuteMax, nowMs);
  return (request: Request): void => {
    if (bytesOf(request.body).length > smallBytes) limit(siteOf(request.ip ?? ''));
  };
};
