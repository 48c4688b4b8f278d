import type { Code } from '../../../contract/code';

/** One code, as the buyer's wallet is to keep it. */
export interface WalletPass {
  /** Of letters, digits, `.`, `_` and `-`: the same pass again is not another one. */
  readonly id: string;
  readonly orderNo: string;
  readonly sellerName: string;
  readonly productName: string;
  readonly color?: string | undefined;
  /** A data URI. */
  readonly logo?: string | undefined;
  readonly instructions?: string | undefined;
  /** Whom the buyer asks. */
  readonly contacts: readonly string[];
  /** Of a test issuer: what it wrote leads nowhere. */
  readonly isTest?: boolean;
  readonly isUsedUp: boolean;
  readonly code: Code;
}

export const usualPassColor = '#0b6a63';
export const applePassType = 'application/vnd.apple.pkpass';
