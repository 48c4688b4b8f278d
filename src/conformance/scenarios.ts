import type { Scenario } from './scenario';
import { afterSale } from './scenarios/after-sale';
import { codes } from './scenarios/codes';
import { fetching } from './scenarios/fetching';
import { reading } from './scenarios/reading';
import { repeats } from './scenarios/repeats';
import { secondInterface } from './scenarios/second-interface';
import { signatures } from './scenarios/signatures';

/** All of them, in the order in which they are told. */
export const scenarios: readonly Scenario[] = [
  ...reading,
  ...signatures,
  ...repeats,
  ...fetching,
  ...secondInterface,
  ...codes,
  ...afterSale,
];
