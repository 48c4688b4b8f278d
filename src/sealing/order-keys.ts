import { createHmac } from 'node:crypto';
import { createKeyRing, deriveKey, type KeyRing, newKey, sha256 } from './key-ring';
import { places } from './places';

/**
 * Every order has a data key of its own, wrapped by the master key and kept in the order's row. Its token, its pick-up
 * secret and the seals of its codes and of its terminal come from it: forgetting the data key shreds all of them, wherever copies are.
 */
export interface OrderKeys {
  readonly token: string;
  readonly tokenHash: string;
  readonly pickupSecret: string;
  readonly pickupHash: string;
  /** Seals and opens this order's codes. */
  readonly codes: KeyRing;
  /** Seals and opens what is secret about its terminal. */
  readonly terminal: KeyRing;
  /** Signs the cookie of a browser to which the page showed the codes. */
  readonly reveal: Buffer;
  /** The n-th link that the buyer made for somebody else, by which of the order's own; each ends the one before. */
  readonly gift: (n: number, link?: number) => { readonly secret: string; readonly hash: string };
  /** Of what nobody without the key may change. */
  readonly mac: (what: 'order' | 'terminal' | 'message' | 'message-again' | 'claim', text: string) => string;
}

export const newOrderKey = (ring: KeyRing, orderId: string): { wrapped: Buffer; keys: OrderKeys } => {
  const dataKey = newKey();
  return { wrapped: ring.seal(dataKey, places.orderKey(orderId)), keys: orderKeys(dataKey) };
};

/** Called by order-row.ts, which looks at the row as well, and for a new link. `link`: which of the order's pick-up links counts; each new one ends the one before. */
export const unwrapOrderKey = (ring: KeyRing, orderId: string, wrapped: Uint8Array, link = 1): OrderKeys =>
  orderKeys(ring.open(wrapped, places.orderKey(orderId)), link);

const orderKeys = (dataKey: Uint8Array, link = 1): OrderKeys => {
  const token = deriveKey(dataKey, 'token').toString('base64url');
  const macKey = deriveKey(dataKey, 'mac');
  const pickupSecret = deriveKey(dataKey, link === 1 ? 'pickup' : `pickup.${link}`).toString('base64url');
  return {
    token,
    tokenHash: sha256(token),
    pickupSecret,
    pickupHash: sha256(pickupSecret),
    codes: createKeyRing([deriveKey(dataKey, 'codes')]),
    terminal: createKeyRing([deriveKey(dataKey, 'terminal')]),
    reveal: deriveKey(dataKey, 'reveal'),
    gift: (n, ofLink = 1) => {
      const secret = deriveKey(dataKey, ofLink === 1 ? `gift.${n}` : `gift.${ofLink}.${n}`).toString('base64url');
      return { secret, hash: sha256(secret) };
    },
    mac: (what, text) => createHmac('sha256', macKey).update(`${what}:${text}`).digest('base64url'),
  };
};
