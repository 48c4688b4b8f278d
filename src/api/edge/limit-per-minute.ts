import { createPerMinute } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';

export type LimitPerMinute = ReturnType<typeof createLimitPerMinute>;

/** Called for each of what one key may have so many a minute: nobody uses up what others need. @throws Failure `rate_limited` */
export const createLimitPerMinute = (max: number, nowMs: () => number) => {
  const counts = createPerMinute(max, nowMs);
  return (key: string): void => {
    const retryAfterSeconds = counts.secondsLeft(key);
    if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
    counts.note(key);
  };
};
