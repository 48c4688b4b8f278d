import { type Mode, testIssuerPattern } from '../domain/ids';

const idsOf = (mode: Mode): RegExp | { readonly $not: RegExp } =>
  mode === 'test' ? testIssuerPattern : { $not: testIssuerPattern };

/** For rows without a position, which are few while they wait: the reconciler's look at live ones is never full of test ones. */
export const ofMode = (mode: Mode) => ({ issuerId: idsOf(mode) });

/** By what no write to its row changes. An id of another type is nobody's, and stands before or behind all others. */
export const issuersOfMode = (mode: Mode) => ({
  _id: mode === 'test' ? testIssuerPattern : { $type: 'string' as const, $not: testIssuerPattern },
});
