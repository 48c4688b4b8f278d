import './page';
import { api } from '../../src/console/api';
import { issuersView } from '../../src/console/issuers';
import { ordersView } from '../../src/console/orders';
import { until } from '../support/until';
import { page } from './page';

const asked: string[] = [];
const { fetch: before } = globalThis;
beforeAll(async () => {
  globalThis.fetch = async (input, init) => {
    const path = String(input).replace(/^.*\/v1\/operator/, '');
    asked.push(init?.body ? `${path} ${init.body}` : path);
    const session = { operator: { name: 'ada', role: 'admin' }, csrf: 'c' };
    return new Response(JSON.stringify(path === '/console/session' ? session : { data: [], nextCursor: null }));
  };
  await api.resume();
});
afterAll(() => {
  globalThis.fetch = before;
});

const opened = async (view: typeof ordersView, query: string) => {
  const root = page.document.createElement('div') as unknown as HTMLElement;
  page.document.body.replaceChildren(root as never);
  const left = new AbortController();
  await view({ root, params: [], query: new URLSearchParams(query), signal: left.signal });
  return { root, left, choice: root.querySelector('#mode-filter') as HTMLSelectElement };
};

test('test orders are listed, and looked for by their code, where the address says so; the choice is kept in it', async () => {
  const { root, left, choice } = await opened(ordersView, 'mode=test');
  expect(asked).toContain('/orders?limit=25&mode=test');
  expect(asked).toContain('/issuers?mode=test&limit=100');
  expect(page.location.hash).toBe('#/orders?mode=test');
  expect(root.querySelector('a[download]')?.getAttribute('href')).toContain('orders.csv?mode=test');
  root.querySelector<HTMLButtonElement>('.heading button')?.click();
  const dialog = await until('the dialog', () => page.document.querySelector('dialog') ?? undefined);
  (dialog.querySelector('[name=code]') as unknown as HTMLInputElement).value = 'NEWCODE2';
  dialog.querySelector('form')?.dispatchEvent(new page.Event('submit', { cancelable: true }));
  await until('it is said', () => dialog.textContent.includes('No test order has, or had, this very code.'));
  expect(asked).toContain('/orders/search {"code":"NEWCODE2","mode":"test"}');
  choice.value = '';
  root.querySelector('form')?.dispatchEvent(new page.Event('input') as never);
  await until('the address follows', () => page.location.hash === '#/orders');
  left.abort();
});

test('so are test issuers', async () => {
  const { left, choice } = await opened(issuersView, '');
  expect(choice.value).toBe('');
  choice.value = 'test';
  choice.dispatchEvent(new page.Event('change') as never);
  expect(page.location.hash).toBe('#/issuers?mode=test');
  asked.length = 0;
  await opened(issuersView, 'mode=test');
  expect(asked).toEqual(['/issuers?mode=test&limit=100']);
  left.abort();
});
