import './page';
import type { OrderAnswer, TimelineAnswer } from '../../src/console/answers';
import { api } from '../../src/console/api';
import { isOffered, orderActions } from '../../src/console/order-actions';
import { presetTerminalOf } from '../../src/pages-kit/terminal-fields';

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

test('a corrected terminal may get another PIN, and what was left empty is not sent, so that the one it has stays', async () => {
  jest.spyOn(api, 'channels').mockResolvedValue({
    data: [
      { channel: 'page', label: 'Pick-up page', hasPage: true, secrets: ['pin'] },
      {
        ...{ channel: 'email', label: 'E-mail', hasPage: true, secrets: ['pin'] },
        address: { field: 'address', label: 'E-mail address', kind: 'email' },
      },
      {
        ...{ channel: 'webhook', label: 'Webhook', hasPage: false, secrets: ['secret'] },
        address: { field: 'url', label: 'Web address', kind: 'url' },
      },
    ],
  });
  const sent: unknown[] = [];
  jest.spyOn(api, 'act').mockImplementation(async (_order, _action, body) => {
    sent.push(body);
    return order({});
  });
  const facts = order({ terminal: { channel: 'email', hint: 'a***' } });
  const dialog = await orderActions.find(({ label }) => label === 'Correct the terminal')?.dialog(facts);
  const shownFor = (channel: string) =>
    dialog?.fields?.filter(({ name }) => dialog.shownWhen?.(name, { channel }) ?? true) ?? [];
  expect(shownFor('email').map(({ name }) => name)).toEqual([
    'channel',
    'terminal-email-address',
    'terminal-email-pin',
  ]);
  expect(shownFor('email').at(-1)?.required).toBeUndefined();
  expect(shownFor('email').at(-1)?.help).toContain('stays');
  expect(shownFor('webhook').at(-1)?.help).toContain('A PIN ends');
  const typed = { channel: 'email', 'terminal-email-address': 'ann@shop.example' };
  await dialog?.run({ ...typed, 'terminal-email-pin': '' });
  await dialog?.run({ ...typed, 'terminal-email-pin': '1357' });
  expect(sent).toEqual([
    { terminal: { channel: 'email', address: 'ann@shop.example' } },
    { terminal: { channel: 'email', address: 'ann@shop.example', pin: '1357' } },
  ]);
});

test('a preset terminal that nobody changed is not sent: its secret, which no form shows, stays', () => {
  const before = { channel: 'webhook', url: 'https://shop.example/codes' } as const;
  const typed = { channel: 'webhook', 'terminal-webhook-url': before.url };
  expect(presetTerminalOf(typed, before)).toEqual({});
  const email = { channel: 'email', address: 'a@shop.example', language: 'de' } as const;
  expect(presetTerminalOf({ channel: 'email', 'terminal-email-address': email.address }, email)).toEqual({});
  const other = { ...typed, 'terminal-webhook-url': 'https://shop.example/other' };
  expect(presetTerminalOf(other, before)).toEqual({
    terminal: { channel: 'webhook', url: 'https://shop.example/other' },
  });
  expect(presetTerminalOf({ channel: 'page' }, undefined)).toEqual({ terminal: { channel: 'page' } });
});
