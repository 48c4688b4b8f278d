import { type Fact, type FactOf, sha256 } from '../fault/facts';
import { judge, type SeenOrder } from '../fault/judge';

const about = { issuerId: 'push-sms', orderNo: 'x-1' };
const pickupUrl = 'http://127.0.0.1:1/p/abc';
const bought: FactOf<'bought'> = {
  atMs: 1,
  what: 'bought',
  behaviour: 'good',
  channel: 'sms',
  codeInMessage: true,
  codeMode: 'push',
  quantity: 1,
  value: 1,
  phase: 'random',
  ...about,
};
const given: Fact = { atMs: 3, what: 'gave_codes', codes: { item: 'hash' }, ...about };
const answered: Fact = {
  atMs: 2,
  what: 'answered',
  call: 'orders',
  id: 'call',
  bodyHash: '',
  status: 201,
  body: { pickupUrl },
  isReplay: false,
  tookMs: 1,
  ...about,
};
const came: FactOf<'messaged'> = {
  atMs: 10,
  what: 'messaged',
  channel: 'sms',
  id: 'sms-1',
  hashes: ['hash'],
  links: [sha256(pickupUrl)],
  textHash: '',
  reply: 'ok',
  saysTaken: true,
  beganMs: 10,
  ...about,
};
const cancelled = (atMs: number): Fact => ({ atMs, what: 'operator', action: 'cancel', status: 200, ...about });
const placed: readonly Fact[] = [bought, answered, given];

const rulesFor = (facts: readonly Fact[], state: 'delivered' | 'cancelled' = 'delivered'): string[] => {
  const isDelivered = state === 'delivered';
  const seen: SeenOrder = {
    ...{ ...about, state, quantity: 1, amount: { value: 1 }, sequence: 0, hasCodeInApi: false },
    codes: { issued: isDelivered ? 1 : 0, outstanding: isDelivered ? 0 : 1 },
    pageHashes: isDelivered ? ['hash'] : [],
  };
  return [...new Set(judge(facts, [seen]).safety.map(({ rule }) => rule))];
};

test.each<[string, readonly Fact[], string]>([
  ['to an address that no order has', [came, { ...came, issuerId: '', orderNo: '' }], 'no_code_to_a_wrong_terminal'],
  ['with a code of another order', [{ ...came, hashes: ['other'] }], 'no_code_to_a_wrong_terminal'],
  ['without the code that the settings want', [{ ...came, hashes: [] }], 'messages_as_set'],
  ['with a link to another page', [{ ...came, links: ['other'] }], 'messages_as_set'],
  ['again under another id', [came, { ...came, id: 'sms-2' }], 'one_message_per_delivery'],
  ['again with another text', [came, { ...came, textHash: 'other' }], 'same_bytes_at_every_try'],
  ['that no server took', [{ ...came, saysTaken: false }], 'delivered_only_if_taken'],
])('the judge is red on a message %s', (_, messages, rule) => {
  expect(rulesFor([...placed, ...messages])).toContain(rule);
});

test('the judge is red on a message that begins after a cancellation, and on a code where the settings want a link', () => {
  expect(rulesFor([...placed, cancelled(5), came], 'cancelled')).toContain('nothing_after_a_final_cancel');
  expect(rulesFor([{ ...bought, codeInMessage: false }, answered, given, came])).toContain('messages_as_set');
});

test('the judge is green on one message that came twice, and on one that was refused before the cancellation', () => {
  expect(rulesFor([...placed, came, { ...came, atMs: 11 }])).toEqual([]);
  expect(rulesFor([...placed, { ...came, saysTaken: false }, cancelled(20)], 'cancelled')).toEqual([]);
});
