import { sha256 } from '../sealing/key-ring';
import type { OrderRow } from '../store/orders';

/** Compared here, where a call comes in: the order hears whether the token was right, and never of a token. */
export const isTokenOf = ({ tokenHash }: Pick<OrderRow, 'tokenHash'>, token: string): boolean =>
  sha256(token) === tokenHash;
