import { createSlots } from '../bounded/slots';
import { isTestIssuer, turnOf } from '../domain/ids';

/** Of all places: anybody makes test issuers, as many as he likes, and each would have its own. */
const testsShare = 1 / 4;

/** Places of issuers: of one no more than its limit, and of all test issuers together a quarter of all. */
export const createIssuerSlots = (totalLimit: number): Omit<ReturnType<typeof createSlots>, 'isIdle'> => {
  const all = createSlots(totalLimit);
  const tests = createSlots(totalLimit * testsShare);

  return {
    take: (issuerId, limit) => {
      const isTest = isTestIssuer(issuerId);
      if (isTest && tests.take(turnOf(issuerId), totalLimit) !== 'taken') return 'total_limit';
      const taken = all.take(issuerId, limit);
      if (isTest && taken !== 'taken') tests.giveBack(turnOf(issuerId));
      return taken;
    },

    giveBack: (issuerId) => {
      all.giveBack(issuerId);
      if (isTestIssuer(issuerId)) tests.giveBack(turnOf(issuerId));
    },
  };
};
