import { api } from '../../src/console/api';
import { approvalsList } from '../../src/console/approvals';
import { until } from '../support/until';
import { page } from './page';

const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const approval = {
  ...{ approvalId: 'a', issuerId: 'acme', orderNo: 'A-1', action: 'redeliver', state: 'open' },
  ...{ terminal: { channel: 'webhook', hint: 'https://shop.example' }, askedBy: 'otto' },
  ...{ askedAt: new Date().toISOString(), endsAt: inAnHour },
};
let listed: object = {};
const decided: unknown[] = [];
const { fetch: before } = globalThis;
beforeAll(async () => {
  globalThis.fetch = async (input, init) => {
    const path = String(input).replace(/^.*\/v1\/operator|\?.*$/g, '');
    if (path === '/approvals/a') decided.push(JSON.parse(String(init?.body)));
    const session = { operator: { name: 'anna', role: 'operator' }, csrf: 'c' };
    return Response.json(path === '/approvals' ? { data: [listed], nextCursor: null } : session);
  };
  await api.resume();
});
afterAll(() => {
  globalThis.fetch = before;
});

const press = async (list: HTMLElement, label: string): Promise<void> => {
  [...list.querySelectorAll('button')].find(({ textContent }) => textContent === label)?.click();
  const dialog = await until('the dialog', () => page.document.querySelector('dialog') ?? undefined);
  dialog.querySelector('form')?.dispatchEvent(new page.Event('submit', { cancelable: true }));
  await until('it is decided', () => page.document.querySelector('dialog') === null);
};
const labels = (list: HTMLElement) => [...list.querySelectorAll('button')].map(({ textContent }) => textContent);

test('what was approved and not done says so, and is done again by whoever may; nobody decides what is their own', async () => {
  const { signal } = new AbortController();
  const list = (of: object) => {
    listed = { ...approval, ...of };
    return approvalsList(signal, () => undefined);
  };
  const undone = { state: 'approved', undone: true, decidedBy: 'olga' };
  const left = await list(undone);
  expect(left.textContent).toContain('Approved, maybe not done');
  await press(left, 'Do it again');
  expect(decided).toEqual([{ decision: 'approve' }]);
  expect(labels(await list({ ...undone, askedBy: 'anna' }))).toEqual([]);
  expect(labels(await list({ ...undone, endsAt: approval.askedAt }))).toEqual([]);
  const own = await list({ askedBy: 'anna' });
  expect(labels(own)).toEqual([]);
  expect(labels(await list({}))).toEqual(['Approve', 'Refuse']);
});
