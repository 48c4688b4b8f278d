import { isTestIssuer } from './ids';

const testProductPrefix = 'test_';

/** All that an issuer sells that is not live. */
export const isTestProduct = (productId: string): boolean => productId.startsWith(testProductPrefix);

/** What a test issuer's product `test_…` forces upon its order; all others end as they are answered. */
export const forcedOutcomes = [
  'out_of_stock',
  'slow',
  'duplicate',
  'reordered',
  'late',
  'unverified',
  'locked',
  'undeliverable',
  'void_requested',
  'unavailable',
] as const;
export type ForcedOutcome = (typeof forcedOutcomes)[number];

export const forcedOutcomeOf = (issuerId: string, productId: string): ForcedOutcome | undefined =>
  isTestIssuer(issuerId) ? forcedOutcomes.find((outcome) => productId === testProductPrefix + outcome) : undefined;
