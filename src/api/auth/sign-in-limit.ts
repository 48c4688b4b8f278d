import { createPerMinute, networkOf } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';

const wrongLimit = 5;
const rightLimit = 30;

/**
 * Wrong tokens by address, and sign-ins by operator: nobody uses up what others need. The right token is refused as well
 * while an address waits, or the answer would tell the two apart. Behind a proxy that is not in TRUSTED_PROXIES all browsers
 * are one address: whoever guesses there keeps others from signing in for a minute, never from the operator API.
 */
export const createSignInLimit = (nowMs: () => number) => {
  const wrong = createPerMinute(wrongLimit, nowMs);
  const right = createPerMinute(rightLimit, nowMs);
  const expectNone = (retryAfterSeconds: number | undefined): void => {
    if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
  };
  return {
    /** @throws Failure `rate_limited` */
    expectAddress: (address: string): void => expectNone(wrong.secondsLeft(networkOf(address))),

    /** Once it is known who signs in. @throws Failure `rate_limited` */
    expectPerson: (name: string): void => expectNone(right.secondsLeft(name)),

    noteWrong: (address: string): void => wrong.note(networkOf(address)),

    noteRight: (name: string): void => right.note(name),
  };
};

export type SignInLimit = ReturnType<typeof createSignInLimit>;
