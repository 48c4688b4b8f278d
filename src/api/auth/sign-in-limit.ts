import { createPerMinute } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';

const signInsMax = 30;

export type SignInLimit = ReturnType<typeof createSignInLimit>;

/** Once it is known who signs in: nobody uses up what others need. @throws Failure `rate_limited` */
export const createSignInLimit = (nowMs: () => number) => {
  const signIns = createPerMinute(signInsMax, nowMs);
  return (name: string): void => {
    const retryAfterSeconds = signIns.secondsLeft(name);
    if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
    signIns.note(name);
  };
};
