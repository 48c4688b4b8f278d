import { timingSafeEqual } from 'node:crypto';
import { canonicalText } from './canonical';
import { type KeyRing, SealBroken, sha256 } from './key-ring';
import { type OrderKeys, unwrapOrderKey } from './order-keys';

/** What no one may change of an order without its key: what was paid for, and where its codes and its issuer's calls go. */
export interface OrderContent {
  readonly _id: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly product: unknown;
  readonly quantity: number;
  readonly amount: unknown;
  readonly metadata: unknown;
  readonly payment?: unknown;
  readonly terminalGiven: boolean;
  readonly baseUrl: string;
  readonly createdAt: Date;
}

interface TerminalContent {
  readonly channel: string;
  readonly mac?: string | undefined;
}

/** A row as it is stored. */
export interface BoundOrder extends OrderContent {
  readonly wrappedKey: Uint8Array;
  readonly pickupHash: string;
  readonly pickupLink?: number;
  readonly mac: string;
  readonly terminal: TerminalContent;
  readonly facts: { readonly quantity: number; readonly amount: unknown };
  readonly tokenHash: string;
}

/** Made once, with the row. */
export const macOfOrder = (keys: OrderKeys, order: OrderContent): string =>
  keys.mac(
    'order',
    canonicalText([
      order._id,
      order.issuerId,
      order.orderNo,
      order.product,
      order.quantity,
      order.amount,
      order.metadata,
      order.payment ?? null,
      order.terminalGiven,
      order.baseUrl,
      order.createdAt.getTime(),
    ]),
  );

/** Made with each terminal that the order gets: it travels with it. */
export const macOfTerminal = (keys: OrderKeys, orderId: string, { mac: _mac, ...terminal }: TerminalContent): string =>
  keys.mac('terminal', canonicalText([orderId, terminal]));

interface MessageContent {
  readonly id: string;
  readonly given?: unknown;
  readonly taken?: unknown;
  readonly again?: unknown;
  readonly mac?: string | undefined;
}

/** Made when a message is kept; how often it was given, and what became of it, is noted beside. */
export const macOfMessage = (
  keys: OrderKeys,
  { given: _given, taken: _taken, again: _again, mac: _mac, ...said }: MessageContent,
): string => keys.mac('message', canonicalText(said));

export const macOfAgain = (keys: OrderKeys, messageId: string): string => keys.mac('message-again', messageId);

export const isOwnMessage = (keys: OrderKeys, message: MessageContent): boolean =>
  isSame(macOfMessage(keys, message), message.mac);

/** Those that the platform made, and those asked for once more that were. */
export const ownMessages = <M extends MessageContent>(keys: OrderKeys, messages: readonly M[]): readonly M[] =>
  messages
    .filter((message) => isOwnMessage(keys, message))
    .map((message) => (message.again === macOfAgain(keys, message.id) ? message : { ...message, again: false }));

/** Of a row from before there were MACs: it is taken as it stands. Undefined where no key opens it: it stays tampered. */
export const bindingOf = (ring: KeyRing, row: Omit<BoundOrder, 'mac' | 'tokenHash'>) => {
  const keys = keysOf(ring, row);
  return (
    keys && {
      mac: macOfOrder(keys, row),
      'terminal.mac': macOfTerminal(keys, row._id, row.terminal),
      tokenHash: keys.tokenHash,
    }
  );
};

const keysOf = (
  ring: KeyRing,
  { _id, wrappedKey, pickupLink }: Pick<BoundOrder, '_id' | 'wrappedKey' | 'pickupLink'>,
): OrderKeys | undefined => {
  try {
    return unwrapOrderKey(ring, _id, wrappedKey, pickupLink);
  } catch {
    return undefined;
  }
};

export const isSame = (a: string, b: unknown): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(typeof b === 'string' ? b : '')];
  return left.length === right.length && timingSafeEqual(left, right);
};

/**
 * The only way to an order's keys: whoever opens its codes, makes its link or its token, or calls somebody about it comes
 * through here. A row that somebody else wrote has none.
 *
 * @throws SealBroken
 */
export const openOrder = (ring: KeyRing, row: BoundOrder): OrderKeys => {
  try {
    const keys = unwrapOrderKey(ring, row._id, row.wrappedKey, row.pickupLink);
    if (isBoundBy(keys, row)) return keys;
  } catch {
    // No key opens it, or it has a shape that nothing of ours has.
  }
  throw notAsWritten(row);
};

/**
 * Asked of a row that was found by a link. A query also finds what is hidden in a list: only the order's own key says whose
 * secret it is.
 */
export const whoseLink = (
  keys: OrderKeys,
  { gift }: { readonly gift?: { readonly n: number; readonly hash?: string; readonly link?: number } },
  secret: string,
): 'buyer' | 'receiver' | undefined => {
  const hash = sha256(secret);
  if (isSame(keys.pickupHash, hash)) return 'buyer';
  const isGift = gift?.hash !== undefined && isSame(hash, gift.hash) && isSame(keys.gift(gift.n, gift.link).hash, hash);
  return isGift ? 'receiver' : undefined;
};

export const notAsWritten = ({ _id }: Pick<BoundOrder, '_id'>): SealBroken =>
  new SealBroken(`the row of order ${_id} is not as the platform wrote it`);

const isBoundBy = (keys: OrderKeys, row: BoundOrder): boolean =>
  isSame(macOfOrder(keys, row), row.mac) &&
  isSame(macOfTerminal(keys, row._id, row.terminal), row.terminal.mac) &&
  isSame(keys.pickupHash, row.pickupHash) &&
  isSame(keys.tokenHash, row.tokenHash) &&
  row.facts.quantity === row.quantity &&
  canonicalText(row.facts.amount) === canonicalText(row.amount);
