import { randomBytes } from 'node:crypto';
import type { IssuerClient, OrderToPlace } from '../../packages/issuer/src';
import type { BehaviourName, terminalReplies } from './behaviours';

type IssuerKind = 'push' | 'request' | 'unsteady' | 'pull';

interface Sale {
  readonly issuer: IssuerKind;
  readonly behaviour: BehaviourName;
  readonly quantity?: number;
  readonly terminal?: keyof typeof terminalReplies | keyof typeof messaged;
}

/** Terminals that get a message: told apart by what becomes of it (src/simulator/inboxes). */
const messaged = {
  mail: { channel: 'email', address: 'buyer@mail.example' },
  greylisted: { channel: 'email', address: 'later@mail.example' },
  bouncing: { channel: 'email', address: 'bounce@mail.example' },
  phone: { channel: 'sms', number: '+4915112345678' },
} as const;

const isMessaged = (terminal: NonNullable<Sale['terminal']>): terminal is keyof typeof messaged =>
  Object.hasOwn(messaged, terminal);

const products = [
  { product: { id: 'coffee-voucher', name: 'Coffee voucher' }, value: 450, format: 'qr' },
  { product: { id: 'cinema-ticket', name: 'Cinema ticket' }, value: 1_250, format: 'aztec' },
  { product: { id: 'game-card-20', name: 'Game card 20' }, value: 2_000, format: 'text' },
  { product: { id: 'day-pass', name: 'Tram day pass' }, value: 790, format: 'pdf417' },
  { product: { id: 'gift-card-50', name: 'Gift card 50' }, value: 5_000, format: 'code128' },
] as const;

/** One round of a shop's day: most sales go well at different paces, and each way to fail comes up once. */
const round: readonly Sale[] = [
  { issuer: 'push', behaviour: 'good' },
  { issuer: 'request', behaviour: 'request_issued' },
  { issuer: 'push', behaviour: 'demo', terminal: 'mail' },
  { issuer: 'request', behaviour: 'request_issuing', quantity: 3, terminal: 'phone' },
  { issuer: 'unsteady', behaviour: 'out_of_stock' },
  { issuer: 'push', behaviour: 'eager', terminal: 'good' },
  { issuer: 'unsteady', behaviour: 'last_call' },
  { issuer: 'request', behaviour: 'good' },
  { issuer: 'push', behaviour: 'good', terminal: 'bouncing' },
  { issuer: 'push', behaviour: 'wrong_then_right' },
  { issuer: 'unsteady', behaviour: 'wrong_amount' },
  { issuer: 'request', behaviour: 'demo' },
  { issuer: 'pull', behaviour: 'good' },
  { issuer: 'push', behaviour: 'duplicate', quantity: 2 },
  { issuer: 'request', behaviour: 'request_issued', terminal: 'failing_then_fine' },
  { issuer: 'push', behaviour: 'demo' },
  { issuer: 'unsteady', behaviour: 'failing_then_fine' },
  { issuer: 'request', behaviour: 'throttled', terminal: 'greylisted' },
  { issuer: 'push', behaviour: 'good' },
  { issuer: 'request', behaviour: 'request_issuing' },
  { issuer: 'unsteady', behaviour: 'good', terminal: 'gone' },
  { issuer: 'push', behaviour: 'good', terminal: 'slow' },
  { issuer: 'request', behaviour: 'request_issued' },
  { issuer: 'push', behaviour: 'demo', quantity: 5 },
  { issuer: 'unsteady', behaviour: 'partial', quantity: 4 },
  { issuer: 'request', behaviour: 'good' },
  { issuer: 'push', behaviour: 'good' },
  { issuer: 'request', behaviour: 'demo', quantity: 2 },
  { issuer: 'push', behaviour: 'eager' },
  { issuer: 'unsteady', behaviour: 'silent' },
  { issuer: 'request', behaviour: 'request_issued' },
  { issuer: 'push', behaviour: 'demo' },
  { issuer: 'pull', behaviour: 'request_issued' },
  { issuer: 'request', behaviour: 'request_issuing' },
  { issuer: 'push', behaviour: 'good' },
];

/** Each waits for a person: a demo that was left alone overnight must not greet with hundreds. */
const undeliverableLimit = 6;

/** The first sales come quickly, so that whoever opens the console at once sees something. */
const openingSales = 10;
const openingPauseMs = 2_000;

interface Terminals {
  readonly terminalUrl: (name: keyof typeof terminalReplies) => string;
  /** Those of the platform beside page and webhook. */
  readonly channels: readonly string[];
}

/** Keeps a platform that is being shown in motion; an order that cannot be placed is left out. */
export const startTrickle = (
  clients: Readonly<Record<IssuerKind, IssuerClient>>,
  { terminalUrl, channels }: Terminals,
  perMinute: number,
  signal: AbortSignal,
): void => {
  let placed = 0;
  let undeliverable = 0;
  let bounced = 0;

  /** Where the platform has no such channel the sale goes to the issuer's preset terminal. */
  const terminalFor = (name: NonNullable<Sale['terminal']>): Pick<OrderToPlace, 'terminal'> => {
    if (!isMessaged(name)) return { terminal: { channel: 'webhook', url: terminalUrl(name) } };
    const terminal = messaged[name];
    return channels.includes(terminal.channel) ? { terminal } : {};
  };

  const paceMs = 60_000 / perMinute;

  const placeNext = (): void => {
    const sale = round[placed % round.length];
    const what = products[placed % products.length];
    placed += 1;
    setTimeout(placeNext, placed < openingSales ? Math.min(openingPauseMs, paceMs) : paceMs);
    if (!sale || !what || signal.aborted) return;
    const { issuer, behaviour, quantity = 1, terminal } = sale;
    if (terminal === 'gone') undeliverable += 1;
    if (terminal === 'gone' && undeliverable > undeliverableLimit) return;
    if (terminal === 'bouncing') bounced += 1;
    if (terminal === 'bouncing' && bounced > undeliverableLimit) return;
    const order: OrderToPlace = {
      orderNo: `shop-${Date.now().toString(36)}-${randomBytes(2).toString('hex')}`,
      product: what.product,
      quantity,
      amount: { value: what.value * quantity, currency: 'EUR' },
      metadata: { behaviour, format: what.format },
      ...(terminal ? terminalFor(terminal) : {}),
    };
    clients[issuer].placeOrder(order, { signal }).catch(() => undefined);
  };
  placeNext();
};
