import type { z } from 'zod';
import { webhookTerminal } from '../../src/channels/webhook/terminal';
import { code, codeAnswer, codes } from '../../src/contract/code';
import { metadata } from '../../src/contract/fields';
import { itemIds } from '../../src/contract/issuer/after-sale';
import {
  cancelOrderRequest,
  refuseOrderRequest,
  submitCodesRequest,
  verifyOrderRequest,
} from '../../src/contract/issuer/order-operations';
import { listOrders, placeOrderRequest } from '../../src/contract/issuer/orders';
import { batchRequest } from '../../src/contract/operator/batches';
import { branding } from '../../src/contract/operator/branding';
import { callSettings } from '../../src/contract/operator/call-settings';
import { changeIssuerRequest, createIssuerRequest } from '../../src/contract/operator/issuers';
import { extendRequest } from '../../src/contract/operator/orders';
import { parseWith, problemOf } from '../../src/contract/problem';
import { Failure } from '../../src/domain/failures';

/** The places that a body is refused for; empty when it fits. */
const places = (schema: z.ZodType, value: unknown): string[] => {
  try {
    parseWith(schema, value);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe('body_invalid');
    return (error.extras.errors ?? []).map(({ path }) => path);
  }
};

const order = {
  type: 'order.payment',
  orderNo: 'A-1',
  product: { id: 'coffee', name: 'Coffee' },
  amount: { value: 1_000, currency: 'EUR' },
};
const placing = (change: Record<string, unknown>) => places(placeOrderRequest, { ...order, ...change });
const item = { itemId: 'a', value: 'CODE' };
const submitting = (...codes: unknown[]) =>
  places(submitCodesRequest, { type: 'order.codes', orderNo: 'A-1', token: 't', codes });

/** Two UTF-16 units, four bytes, one character. */
const wide = '😀';

test('defaults are filled in: one piece, a text code', () => {
  expect(parseWith(placeOrderRequest, order).quantity).toBe(1);
  const submitted = parseWith(submitCodesRequest, { type: 'order.codes', orderNo: 'A-1', token: 't', codes: [item] });
  expect(submitted.codes).toEqual([{ ...item, format: 'text' }]);
});

describe('lengths are counted in characters, not in UTF-16 units or bytes', () => {
  test.each<[string, number, (text: string) => string[], string]>([
    ['product.id', 64, (text) => placing({ product: { id: text, name: 'x' } }), '/product/id'],
    ['product.name', 200, (text) => placing({ product: { id: 'x', name: text } }), '/product/name'],
    ['payment.id', 64, (text) => placing({ payment: { id: text } }), '/payment/id'],
    ['payment.payer', 64, (text) => placing({ payment: { id: 'x', payer: text } }), '/payment/payer'],
    ['itemId', 64, (text) => submitting({ ...item, itemId: text }), '/codes/0/itemId'],
    ['value', 512, (text) => submitting({ ...item, value: text }), '/codes/0/value'],
    ['secret', 512, (text) => submitting({ ...item, secret: text }), '/codes/0/secret'],
    [
      'token',
      256,
      (text) =>
        places(verifyOrderRequest, {
          type: 'order.verification',
          orderNo: 'A-1',
          token: text,
          quantity: 1,
          amount: order.amount,
        }),
      '/token',
    ],
    [
      'reason of a cancellation',
      512,
      (text) => places(cancelOrderRequest, { type: 'order.cancellation', orderNo: 'A-1', reason: text }),
      '/reason',
    ],
  ])('%s: 1 to %d', (_what, max, check, path) => {
    expect(check(wide.repeat(max))).toEqual([]);
    expect(check('x')).toEqual([]);
    expect(check(wide.repeat(max + 1))).toEqual([path]);
    expect(check('x'.repeat(max + 1))).toEqual([path]);
    expect(check('')).toEqual([path]);
  });

  test('the detail of a refusal: 0 to 512', () => {
    const refusing = (detail: string) =>
      places(refuseOrderRequest, { type: 'order.refusal', orderNo: 'A-1', token: 't', reason: 'other', detail });
    expect([refusing(''), refusing(wide.repeat(512)), refusing(wide.repeat(513))]).toEqual([[], [], ['/detail']]);
  });
});

describe('orders', () => {
  test.each(['A-1', 'a', '_', '~', '-', '0.1', 'x'.repeat(64)])('orderNo %s', (orderNo) => {
    expect(placing({ orderNo })).toEqual([]);
  });
  test.each(['', '.', '..', '.a', 'a/b', 'a b', 'ä', 'a\n', 'x'.repeat(65), 7, null])('not orderNo %p', (orderNo) => {
    expect(placing({ orderNo })).toEqual(['/orderNo']);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ quantity: 0 }, '/quantity'],
    [{ quantity: 10_001 }, '/quantity'],
    [{ quantity: '1' }, '/quantity'],
    [{ quantity: null }, '/quantity'],
    [{ amount: { value: -1, currency: 'EUR' } }, '/amount/value'],
    [{ amount: { value: 9_007_199_254_740_992, currency: 'EUR' } }, '/amount/value'],
    [{ amount: { value: 1, currency: 'eur' } }, '/amount/currency'],
    [{ amount: { value: 1, currency: 'EURO' } }, '/amount/currency'],
    [{ amount: { value: 1, currency: 'EUR', x: 1 } }, '/amount/x'],
    [{ type: 'order.codes' }, '/type'],
    [{ product: null }, '/product'],
    [{ product: { id: 'x', name: 'x', 'a/b~': 1 } }, '/product/a~1b~0'],
    [{ terminal: null }, '/terminal'],
    [{ terminal: { channel: 'fax' } }, '/terminal/channel'],
    [{ terminal: { channel: 'page', url: 'https://a.example' } }, '/terminal/url'],
    [{ terminal: { channel: 'sms', number: '0123456789' } }, '/terminal/number'],
    [{ terminal: { channel: 'email', address: 'nobody' } }, '/terminal/address'],
    [{ payment: { id: 'x', paidAt: '2026-01-01' } }, '/payment/paidAt'],
    [{ payment: { id: 'x', paidAt: '2026-01-01T00:00:00' } }, '/payment/paidAt'],
    [{ metadata: null }, '/metadata'],
    [{ metadata: ['a'] }, '/metadata'],
    [{ metadata: { a: 1 } }, '/metadata/a'],
    [{ metadata: { 'a/b': null } }, '/metadata/a~1b'],
    [{ surprise: 1 }, '/surprise'],
  ])('%j is refused at %s', (change, path) => {
    expect([...new Set(placing(change))]).toEqual([path]);
  });

  test.each([
    { quantity: 10_000 },
    { amount: { value: 0, currency: 'JPY' } },
    { amount: { value: 9_007_199_254_740_991, currency: 'EUR' } },
  ])('%j is taken', (change) => {
    expect(placing(change)).toEqual([]);
  });

  test('metadata: 50 pairs and 8 KiB as JSON, in bytes', () => {
    const pairs = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, k) => [`k${k}`, 'v']));
    expect(placing({ metadata: pairs(50) })).toEqual([]);
    expect(placing({ metadata: pairs(51) })).toEqual(['/metadata']);
    const fits = 8_192 - Buffer.byteLength('{"a":""}');
    expect(placing({ metadata: { a: 'x'.repeat(fits) } })).toEqual([]);
    expect(placing({ metadata: { a: 'x'.repeat(fits + 1) } })).toEqual(['/metadata']);
    expect(placing({ metadata: { a: 'ü'.repeat(fits / 2 + 1) } })).toEqual(['/metadata']);
  });

  test('a key `__proto__` in metadata survives, and as an unknown field it is refused', () => {
    const parsed = parseWith(
      placeOrderRequest,
      JSON.parse(JSON.stringify(order).replace(/\}$/, ',"metadata":{"__proto__":"p","constructor":"c"}}')),
    );
    expect(Object.entries(parsed.metadata ?? {})).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    const withProto = JSON.parse(JSON.stringify(order).replace(/\}$/, ',"__proto__":{"quantity":5}}'));
    expect(places(placeOrderRequest, withProto)).toEqual(['/__proto__']);
    expect(placing({ metadata: JSON.parse('{"__proto__":1}') })).toEqual(['/metadata/__proto__']);
  });
});

describe('codes', () => {
  test('1 to 200 a call', () => {
    const many = (n: number) => Array.from({ length: n }, (_, k) => ({ itemId: `i${k}`, value: `v${k}` }));
    expect(submitting()).toEqual(['/codes']);
    expect(submitting(...many(200))).toEqual([]);
    expect(submitting(...many(201))).toEqual(['/codes']);
  });

  test('an item or a value that is repeated in one call is named where it comes again', () => {
    expect(submitting(item, { itemId: 'b', value: 'CODE' })).toEqual(['/codes/1/value']);
    expect(submitting(item, { itemId: 'a', value: 'OTHER' })).toEqual(['/codes/1/itemId']);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ value: 4_711 }, '/codes/0/value'],
    [{ value: null }, '/codes/0/value'],
    [{ secret: null }, '/codes/0/secret'],
    [{ format: 'code93' }, '/codes/0/format'],
    [{ expiresAt: '2026-13-01T00:00:00Z' }, '/codes/0/expiresAt'],
    [{ format: 'url', value: 'ftp://a.example/' }, '/codes/0/value'],
    [{ format: 'url', value: '/relative' }, '/codes/0/value'],
    [{ format: 'ean13', value: '4006381333932' }, '/codes/0/value'],
    [{ format: 'ean13', value: '400638133393' }, '/codes/0/value'],
    [{ format: 'code128', value: 'ä' }, '/codes/0/value'],
    [{ format: 'code128', value: 'x'.repeat(81) }, '/codes/0/value'],
    [{ format: 'pdf417', value: wide.repeat(300) }, '/codes/0/value'],
    [{ value: 'lone \ud800' }, '/codes/0/value'],
    [{ value: 'nul \0' }, '/codes/0/value'],
    [{ extra: 1 }, '/codes/0/extra'],
  ])('%j is refused at %s', (change, path) => {
    expect(submitting({ ...item, ...change })).toEqual([path]);
  });

  test.each([
    { format: 'url', value: 'https://a.example/redeem?x=1' },
    { format: 'ean13', value: '4006381333931' },
    { format: 'code128', value: 'x'.repeat(80) },
    { format: 'qr', value: wide.repeat(512) },
    { value: ' kept  byte for byte \t\n' },
    { expiresAt: '2026-12-31T23:59:59Z' },
  ])('%j is taken', (change) => {
    expect(submitting({ ...item, ...change })).toEqual([]);
  });

  test('a value is never repeated in an error', () => {
    const value = 'SECRET-CODE-4711';
    const failure = (() => {
      try {
        return parseWith(submitCodesRequest, {
          type: 'order.codes',
          orderNo: 'A-1',
          token: value,
          codes: [
            { itemId: 'a', value, format: value, secret: { value }, expiresAt: value },
            { itemId: 'a', value, format: 'ean13' },
          ],
        });
      } catch (error) {
        return error;
      }
    })();
    expect(JSON.stringify(problemOf(failure as Failure, 'r'))).not.toContain(value);
  });
});

test('what is too long or too many is told alone, and held to nothing else', () => {
  const long = '9'.repeat(200_000);
  const numbered = Array.from({ length: 201 }, () => item);
  const pairs = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 5]));
  const flaws = [
    code.safeParse({ ...item, value: `${long}\0`, format: 'ean13' }),
    codes.safeParse(numbered),
    itemIds.safeParse(Array(10_001).fill('a')),
    metadata.safeParse(pairs),
    webhookTerminal.schema.safeParse({ channel: 'webhook', url: 'https://shop.example', secret: long }),
    callSettings.callHeaders.safeParse(pairs),
    branding.safeParse({ displayName: 'a', supportUrl: long }),
  ];
  expect(flaws.map(({ error }) => error?.issues.length)).toEqual(flaws.map(() => 1));
});

test('an answer to order.code_requested is one of three shapes, each strict', () => {
  expect(places(codeAnswer, { status: 'issued', codes: [item] })).toEqual([]);
  expect(places(codeAnswer, { status: 'issuing' })).toEqual([]);
  expect(places(codeAnswer, { status: 'refused', reason: 'out_of_stock' })).toEqual([]);
  expect(places(codeAnswer, { status: 'refused', reason: 'because' })).toEqual(['/reason']);
  expect(places(codeAnswer, { status: 'issued', codes: [] })).toEqual(['/codes']);
  expect(places(codeAnswer, { status: 'issuing', codes: [item] })).toEqual(['/codes']);
  expect(places(codeAnswer, { status: 'later' })).toEqual(['/status']);
  expect(places(codeAnswer, undefined)).toEqual(['']);
});

describe('queries', () => {
  test('limit 1 to 100, 20 when left out', () => {
    expect(parseWith(listOrders.query, {}).limit).toBe(20);
    expect(parseWith(listOrders.query, { limit: '100' }).limit).toBe(100);
    for (const limit of ['0', '101', 'x', '', '1.5', ['1', '2']])
      expect(places(listOrders.query, { limit })).toEqual(['/limit']);
  });

  test.each([
    [{ state: 'lost' }, '/state'],
    [{ createdAfter: 'yesterday' }, '/createdAfter'],
    [{ cursor: '' }, '/cursor'],
    [{ sort: 'up' }, '/sort'],
  ])('%j is refused at %s', (query, path) => {
    expect(places(listOrders.query, query)).toEqual([path]);
  });
});

describe('operator bodies', () => {
  const issuer = {
    issuerId: 'acme',
    name: 'Acme',
    callback: { kind: 'url', url: 'https://acme.example/callback' },
    codeMode: 'push',
  };
  const creating = (change: Record<string, unknown>) => places(createIssuerRequest, { ...issuer, ...change });

  test.each<[Record<string, unknown>, string]>([
    [{ issuerId: 'Acme' }, '/issuerId'],
    [{ issuerId: 'x'.repeat(65) }, '/issuerId'],
    [{ name: '' }, '/name'],
    [{ callback: { kind: 'url', url: 'https://a.example', name: 'x' } }, '/callback/name'],
    [{ callback: { kind: 'mail' } }, '/callback/kind'],
    [{ codeMode: 'pull' }, '/codeMode'],
    [{ verifyWindowSeconds: 4 }, '/verifyWindowSeconds'],
    [{ issueWindowSeconds: 7_776_001 }, '/issueWindowSeconds'],
    [{ publicKey: 'whpk_short' }, '/publicKey'],
    [{ secret: 'whsec_mine' }, '/secret'],
    [{ state: 'paused' }, '/state'],
  ])('%j is refused at %s', (change, path) => {
    expect(creating(change)).toEqual([path]);
  });

  test('windows of 5 and of 86400 seconds are taken', () => {
    expect(creating({ verifyWindowSeconds: 5, issueWindowSeconds: 86_400 })).toEqual([]);
  });

  test('a change names only what may change', () => {
    expect(places(changeIssuerRequest, { name: 'New' })).toEqual([]);
    expect(places(changeIssuerRequest, { issuerId: 'other' })).toEqual(['/issuerId']);
    expect(places(changeIssuerRequest, { terminal: null })).toEqual(['/terminal']);
  });

  test('extensions and batches are strict too', () => {
    expect(places(extendRequest, {})).toEqual(['/seconds']);
    expect(places(extendRequest, { seconds: 4 })).toEqual(['/seconds']);
    expect(places(batchRequest, { filter: {}, action: 'explode' })).toEqual(['/action']);
    expect(places(batchRequest, { filter: { q: 'x' }, action: 'cancel' })).toEqual(['/filter/q']);
  });
});
