import { createHash } from 'node:crypto';
import { canonicalText } from '../../src/sealing/canonical';
import { createKeyRing, newKey, SealBroken } from '../../src/sealing/key-ring';
import { newOrderKey } from '../../src/sealing/order-keys';
import { type BoundOrder, macOfOrder, macOfTerminal, openOrder } from '../../src/sealing/order-row';
import { createRowSeal } from '../../src/sealing/row-seal';

interface Row {
  readonly _id: string;
  readonly at: unknown;
  readonly name: string;
  readonly seal?: Uint8Array;
}

const ring = createKeyRing([newKey()]);
const place = (id: string): string => `row:${id}`;
const seal = createRowSeal<Row>(ring, place);
const at = new Date('2026-03-01T10:00:00.000Z');
const bytes = Buffer.from('AAAA');
/** As builds before made it: of the row's JSON. */
const formerSeal = (content: Omit<Row, 'seal'>): Buffer => {
  const text = JSON.stringify(content, Object.keys(content).sort());
  return ring.seal(createHash('sha256').update(text).digest(), place(content._id));
};

test.each([
  ['a time', at, at.toISOString()],
  ['a time', at, { $date: at.getTime() }],
  ['a time', at, `date(${at.getTime()})`],
  ['bytes', bytes, bytes.toString('base64')],
  ['bytes', bytes, JSON.parse(JSON.stringify(bytes))],
  ['nothing', null, Number.NaN],
  ['nothing', null, new Date(Number.NaN)],
  ['a list', ['a'], { 0: 'a' }],
  ['a number', 1, '1'],
])('%s is told from what has the same JSON: %p, %p', (_what, one, other) => {
  for (const [written, read] of [
    [one, other],
    [other, one],
  ]) {
    const row = { _id: 'r', name: 'n', at: written };
    expect(seal.isUntouched({ ...row, seal: seal.of(row) })).toBe(true);
    expect(seal.isUntouched({ ...row, at: read, seal: seal.of(row) })).toBe(false);
  }
});

test('what a build before sealed still fits, but where a text may have been a time, or JSON have been bytes', () => {
  const row = { _id: 'r', name: 'n', at };
  expect(seal.isUntouched({ ...row, seal: formerSeal(row) })).toBe(true);
  expect(seal.isUntouched({ ...row, name: 'm', seal: formerSeal(row) })).toBe(false);
  expect(seal.isUntouched({ ...row, at: at.toISOString(), seal: formerSeal(row) })).toBe(false);
  const nothing = { ...row, at: null };
  expect(seal.isUntouched({ ...nothing, seal: formerSeal(nothing) })).toBe(true);
  expect(seal.isUntouched({ ...row, at: new Date(Number.NaN), seal: formerSeal(nothing) })).toBe(false);
});

test('an order whose fields have another shape than the platform gives them is a broken one', () => {
  const { wrapped, keys } = newOrderKey(ring, 'acme/1');
  const content = {
    ...{ _id: 'acme/1', issuerId: 'acme', orderNo: '1', product: { id: 'p' }, quantity: 1, metadata: [] },
    ...{ amount: { value: 1, currency: 'EUR' }, terminalGiven: false, baseUrl: 'https://x.test', createdAt: at },
    payment: { id: 'pay', paidAt: at.toISOString() },
  };
  const row: BoundOrder = {
    ...content,
    ...{ wrappedKey: wrapped, pickupHash: keys.pickupHash, tokenHash: keys.tokenHash, mac: macOfOrder(keys, content) },
    terminal: { channel: 'page', mac: macOfTerminal(keys, 'acme/1', { channel: 'page' }) },
    facts: { quantity: 1, amount: { value: 1, currency: 'EUR' } },
  };
  expect(openOrder(ring, row).token).toBe(keys.token);
  for (const change of [
    { createdAt: at.toISOString() },
    { payment: { id: 'pay', paidAt: at } },
    { facts: undefined },
    { terminal: null },
    { wrappedKey: 'text' },
    { mac: 7 },
  ]) {
    expect(() => openOrder(ring, { ...row, ...change } as unknown as BoundOrder)).toThrow(SealBroken);
  }
});

test('plain values have the text that MACs of before have, also where fields are named by numbers', () => {
  const formerly = (value: unknown): string =>
    JSON.stringify(value, (_name, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    );
  const metadata = [
    { 9: 'a', 10: 'b' },
    { '-x': 'a', 1: 'b' },
    { b: 1, a: { 2: [null, true, 'é'], 10: {} }, '01': undefined, __proto: '"' },
    JSON.parse('{"__proto__":"x","10":1,"9":2}'),
  ];
  for (const one of metadata) expect(canonicalText([one])).toBe(formerly([one]));
});
