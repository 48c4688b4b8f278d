import './page';
import type { OrderAnswer, TimelineAnswer } from '../../src/console/answers';
import { isOffered, orderActions } from '../../src/console/order-actions';

type Lines = TimelineAnswer['data'];
const order = (change: Partial<OrderAnswer>): OrderAnswer =>
  ({
    ...{ state: 'issued', delivery: { state: 'pending', tries: 1 }, actions: ['redeliver', 'void', 'note'] },
    ...change,
  }) as unknown as OrderAnswer;
const tried = (ok: boolean): Lines => [{ at: '2026-01-01T00:00:00.000Z', event: 'delivery_tried', detail: { ok } }];
const offered = (facts: OrderAnswer, timeline: Lines = []): string[] =>
  orderActions.filter((action) => isOffered(action, facts, timeline)).map(({ label }) => label);

test('a terminal can be corrected, tried now, and its codes declared void from the first failed try on', () => {
  const mended = ['Redeliver', 'Correct the terminal', 'Declare the codes void', 'Add a note'];
  expect(offered(order({}), tried(false))).toEqual(mended);
  expect(offered(order({}), tried(true))).not.toContain('Correct the terminal');
  expect(offered(order({}))).not.toContain('Correct the terminal');
  const bounced = order({ state: 'delivered', delivery: { state: 'bounced', tries: 1 } });
  expect(offered(bounced)).toEqual(mended);
});

test('what the platform does not list is not offered', () => {
  expect(offered(order({ actions: ['note'] }), tried(false))).toEqual(['Add a note']);
});

test.each(['Cancel the order', 'Declare the codes void', 'End it short'])(
  'a reason is asked for: %s',
  async (label) => {
    const facts = order({ codes: { issued: 1, outstanding: 1 }, quantity: 2, orderNo: 'A-1' });
    const dialog = await orderActions.find((action) => action.label === label)?.dialog(facts);
    expect(dialog?.fields).toEqual([expect.objectContaining({ name: 'reason', required: true })]);
    expect(dialog?.fields?.[0]?.value).toBeUndefined();
  },
);
