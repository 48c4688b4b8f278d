import type { Terminal } from '../domain/order';
import type { KeyRing } from '../sealing/key-ring';
import type { OrderKeys } from '../sealing/order-keys';
import { type BoundOrder, macOfTerminal, openOrder } from '../sealing/order-row';
import { places } from '../sealing/places';
import { secretsApart } from './terminals';

/** As it is stored: what is secret about it stands in one sealed field, bound to its place. */
export interface KeptTerminal extends Terminal {
  /** Base64: a terminal also travels in JSON. Absent where nothing is secret. */
  readonly sealed?: string;
  /** Of an order's: binds it to the order, so that nobody with the database alone can put another one in its place. */
  readonly mac?: string;
}

const kept = (terminal: Terminal, ring: KeyRing, place: string): KeptTerminal => {
  const { shown, secrets } = secretsApart(terminal);
  if (Object.keys(secrets).length === 0) return shown;
  return { ...shown, sealed: ring.seal(Buffer.from(JSON.stringify(secrets)), place).toString('base64') };
};

const opened = (terminal: KeptTerminal, ring: KeyRing, place: string): Terminal => {
  const { sealed, mac: _mac, ...shown } = terminal;
  if (sealed === undefined) return shown;
  return { ...shown, ...JSON.parse(ring.open(sealed, place).toString()) };
};

const placeOf = (orderId: string): string => `terminal:${orderId}`;

/** Of an order: sealed by its own key, so that a purge shreds it too. */
export const keptByOrder = (terminal: Terminal, keys: OrderKeys, orderId: string): KeptTerminal => {
  const inRow = kept(terminal, keys.terminal, placeOf(orderId));
  return { ...inRow, mac: macOfTerminal(keys, orderId, inRow) };
};

/** As it came in: for a delivery, and to compare it with another one. @throws SealBroken */
export const terminalOfOrder = (ring: KeyRing, order: BoundOrder & { readonly terminal: KeptTerminal }): Terminal =>
  opened(order.terminal, openOrder(ring, order).terminal, placeOf(order._id));

/** Of an issuer, as the preset of its orders. */
export const keptByIssuer = (terminal: Terminal, ring: KeyRing, issuerId: string): KeptTerminal =>
  kept(terminal, ring, places.issuerTerminal(issuerId));

/** @throws SealBroken */
export const presetTerminal = (
  ring: KeyRing,
  issuer: { readonly _id: string; readonly terminal?: KeptTerminal },
): Terminal | undefined => issuer.terminal && opened(issuer.terminal, ring, places.issuerTerminal(issuer._id));

/** Without what is secret about it. */
export const shownTerminal = ({ sealed: _sealed, mac: _mac, ...shown }: KeptTerminal): Terminal => shown;
