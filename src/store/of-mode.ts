import { type Mode, testIssuerPattern } from '../domain/ids';

/** For rows without a position, which are few while they wait: the reconciler's look at live ones is never full of test ones. */
export const ofMode = (mode: Mode): { readonly issuerId: RegExp | { readonly $not: RegExp } } => ({
  issuerId: mode === 'test' ? testIssuerPattern : { $not: testIssuerPattern },
});
