import './page';
import type { OrderAnswer, TimelineAnswer } from '../../src/console/answers';
import { api } from '../../src/console/api';
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

test('a redemption is taken back under its name, and a refund is decided without asking for its name', async () => {
  const sent: unknown[] = [];
  jest.spyOn(api, 'act').mockImplementation(async (_order, action, body) => {
    sent.push([action, body]);
    return order({});
  });
  const facts = order({ actions: ['redeem', 'reverse', 'void-decision'], voidRequest: { requestId: 'r-1' } as never });
  expect(offered(facts)).toEqual(['Decide the refund', 'Redeem a code', 'Take a redemption back']);
  const dialog = async (label: string) => await orderActions.find((action) => action.label === label)?.dialog(facts);
  const names = async (label: string) => (await dialog(label))?.fields?.map(({ name }) => name);
  expect(await names('Redeem a code')).toEqual(['redemptionId', 'itemId', 'uses', 'place']);
  expect((await dialog('Redeem a code'))?.fields?.[0]?.value).toMatch(/^desk-[0-9a-f]{8}$/);
  await (await dialog('Redeem a code'))?.run({ redemptionId: 'desk-1', itemId: '1', uses: 2, place: '' });
  await (await dialog('Take a redemption back'))?.run({ redemptionId: 'desk-1', reason: 'by mistake' });
  expect(await names('Decide the refund')).toEqual(['decision', 'reason']);
  await (await dialog('Decide the refund'))?.run({ decision: 'refused', reason: 'used' });
  expect(sent).toEqual([
    ['redeem', { redemptionId: 'desk-1', itemId: '1', uses: 2 }],
    ['reverse', { redemptionId: 'desk-1', reason: 'by mistake' }],
    ['void-decision', { requestId: 'r-1', decision: 'refused', reason: 'used' }],
  ]);
});

test('a window is made longer by minutes, and goes over in seconds', async () => {
  const act = jest.spyOn(api, 'act').mockResolvedValue(order({}));
  const facts = order({ verifyBy: '2026-01-01T00:00:00.000Z' });
  const dialog = await orderActions.find(({ action }) => action === 'extend')?.dialog(facts);
  expect(dialog?.text).toContain('2026-01-01T00:00:00.000Z');
  await dialog?.run({ seconds: 10 });
  expect(act).toHaveBeenLastCalledWith(facts, 'extend', { seconds: 600 });
});
