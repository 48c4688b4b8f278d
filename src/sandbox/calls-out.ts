import { createPerMinute } from '../bounded/per-minute';
import { isTestIssuer } from '../domain/ids';
import { callsOutPerMinute } from './limits';

/** Asked by the worker before each call: what a test issuer may not have now is tried later, as with any other limit. */
export const createSandboxCallsOut = (nowMs: () => number) => {
  const called = createPerMinute(callsOutPerMinute, nowMs);
  return {
    isSpent: (issuerId: string): boolean => {
      if (!isTestIssuer(issuerId)) return false;
      if (called.secondsLeft(issuerId) !== undefined) return true;
      called.note(issuerId);
      return false;
    },
  };
};
