import type { Messages } from '../../../packages/issuer/src/contract';
import type { OrderTimeline } from '../../../packages/issuer/src/messages';
import type { ForcedOutcome } from '../../domain/forced-outcomes';

export type MessageType = keyof Messages;

type Line = OrderTimeline['data'][number];

/** What the issuer's own server does for it, in this order. */
type ServerDeed = 'verifies' | 'gives codes' | 'is slow with its codes' | 'answers the void request' | 'destroys';

export interface OrderWay {
  readonly kind: 'order';
  readonly product: `test_${ForcedOutcome}` | 'test_ok';
  readonly server: readonly ServerDeed[];
  /** What the command does once the order stands, or has been delivered. */
  readonly deed?: 'cancel' | 'pass the verify window' | 'open the page';
  /** Before the order: so that there is a last call. */
  readonly lastCall?: true;
  /** The codes go to a webhook terminal at the issuer's callback. */
  readonly toWebhook?: true;
  /** The line of the order's timeline that says that it was sent. */
  readonly isSent: (line: Line) => boolean;
}

/** `told`: what no test order leads to by itself, and who or what does. */
export type MessageWay = OrderWay | { readonly kind: 'echo' } | { readonly kind: 'told'; readonly by: string };

const event =
  (type: MessageType) =>
  (line: Line): boolean =>
    line.event === 'event_sent' && line.detail.type === type;

const cancelled = { kind: 'order', product: 'test_ok', server: [], deed: 'cancel' } as const;
const moneyBack = { kind: 'order', product: 'test_void_requested' } as const;
const token = "with the order's token, from your server";

/** Every message of the platform, by the way that leads to it. */
export const messageWays: Readonly<Record<MessageType, MessageWay>> = {
  'order.paid': {
    kind: 'order',
    product: 'test_ok',
    server: [],
    isSent: ({ event: name }) => name === 'notice_sent',
  },
  'order.code_requested': {
    kind: 'order',
    product: 'test_ok',
    server: ['verifies'],
    isSent: ({ event: name, detail }) => name === 'code_requested' && detail.lastCall === undefined,
  },
  'order.closing': {
    kind: 'order',
    product: 'test_late',
    lastCall: true,
    server: ['verifies', 'is slow with its codes'],
    isSent: ({ event: name, detail }) => name === 'code_requested' && detail.lastCall === true,
  },
  'order.void_requested': {
    ...moneyBack,
    server: ['verifies', 'gives codes'],
    isSent: ({ event: name, detail }) => name === 'void_requested' && detail.items === undefined,
  },
  'order.delivered': {
    kind: 'order',
    product: 'test_ok',
    server: ['verifies', 'gives codes'],
    isSent: event('order.delivered'),
  },
  'order.undeliverable': {
    kind: 'order',
    product: 'test_undeliverable',
    server: ['verifies', 'gives codes'],
    isSent: event('order.undeliverable'),
  },
  'order.refused': {
    kind: 'order',
    product: 'test_out_of_stock',
    server: ['verifies'],
    isSent: event('order.refused'),
  },
  'order.expired': {
    kind: 'order',
    product: 'test_locked',
    server: [],
    deed: 'pass the verify window',
    isSent: event('order.expired'),
  },
  'order.cancelled': { ...cancelled, isSent: event('order.cancelled') },
  'order.refund_due': { ...cancelled, isSent: event('order.refund_due') },
  'order.opened': {
    kind: 'order',
    product: 'test_ok',
    server: ['verifies', 'gives codes'],
    deed: 'open the page',
    isSent: event('order.opened'),
  },
  'order.void_decided': {
    ...moneyBack,
    server: ['verifies', 'gives codes', 'answers the void request'],
    isSent: event('order.void_decided'),
  },
  'order.codes_void': {
    ...moneyBack,
    server: ['verifies', 'gives codes', 'destroys'],
    isSent: event('order.codes_void'),
  },
  'order.item_replaced': { kind: 'told', by: `POST …/replacement ${token}, once an order is delivered` },
  'order.terminal_changed': {
    kind: 'told',
    by: `POST …/delivery {"terminal"} ${token}, of an order that \`trigger order.undeliverable\` made`,
  },
  'order.redeemed': {
    kind: 'told',
    by: "an operator's `npx codeferry orders redeem`: what your server redeems it is answered, and not told",
  },
  'order.reversed': {
    kind: 'told',
    by: "an operator's `npx codeferry orders reverse`: what your server reverses it is answered, and not told",
  },
  echo: { kind: 'echo' },
  'code.delivered': {
    kind: 'order',
    product: 'test_ok',
    toWebhook: true,
    server: ['verifies', 'gives codes'],
    isSent: ({ event: name }) => name === 'delivery_tried',
  },
  'code.void': {
    ...moneyBack,
    toWebhook: true,
    server: ['verifies', 'gives codes', 'destroys'],
    // Its own attempts are no line: it goes out right after this.
    isSent: event('order.codes_void'),
  },
};

const deedWords: Readonly<Record<ServerDeed, string>> = {
  verifies: 'verifies it with the token of order.paid',
  'gives codes': 'gives its codes',
  'is slow with its codes': 'gives no codes yet (202, or nothing pushed)',
  'answers the void request': 'answers order.void_requested with "destroyed" or "refused"',
  destroys: 'answers order.void_requested with {"status":"destroyed"}',
};

export const serverWords = (deeds: readonly ServerDeed[]): string =>
  deeds.length === 0 ? '' : `your server ${deeds.map((deed) => deedWords[deed]).join(', then ')}`;
