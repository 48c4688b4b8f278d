import type { Response } from 'express';

/** Once the answer has left, or its caller has gone: also where that was before, while something was looked up for it. */
export const onceClosed = (response: Response, then: () => void): void => {
  if (response.closed || response.destroyed) then();
  else response.once('close', then);
};
