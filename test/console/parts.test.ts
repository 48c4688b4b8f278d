import { tookMs } from '../../src/console/parts';
import { orderStates } from '../../src/domain/order';
import { stateWords } from '../../src/domain/words/state-words';
import { h } from '../../src/pages-kit/dom';
import { empty, pagedTable, problemBox, stateChip } from '../../src/pages-kit/parts';
import { page } from './page';

test('what an issuer wrote stays text: it cannot become markup', () => {
  expect(h('p', {}, '<b onclick="x()">card</b>').outerHTML).toBe('<p>&lt;b onclick="x()"&gt;card&lt;/b&gt;</p>');
  expect(page.document.querySelector('b')).toBeNull();
});

test('a thing that is nothing is left out, however deep it stands', () => {
  expect(h('p', {}, 'a', [undefined, [false, ['b', null]]]).textContent).toBe('ab');
});

test.each(orderStates)('the state %s is shown by the domain’s own word, never by its tone alone', (state) => {
  expect(stateChip(state).textContent).toBe(stateWords[state]);
});

test('how long an order took ends with its delivery, not with what came after the sale', () => {
  const order = { createdAt: '2026-03-01T10:00:00.000Z', updatedAt: '2026-03-09T10:00:00.000Z' };
  expect(tookMs({ ...order, deliveredAt: '2026-03-01T10:00:07.000Z' })).toBe(7_000);
  expect(tookMs(order)).toBeUndefined();
});

test('a list shows its next page below the first, and offers it no more at the end', async () => {
  const asked: (string | undefined)[] = [];
  const pages = [
    { data: ['first'], nextCursor: 'more' },
    { data: ['second'], nextCursor: null },
  ];
  const list = await pagedTable(
    'Things',
    [{ name: 'Thing', cell: (row: string) => row }],
    async (cursor) => {
      asked.push(cursor);
      return pages[asked.length - 1] ?? { data: [] };
    },
    empty('Nothing'),
  );
  list.querySelector('button')?.click();
  await page.happyDOM.waitUntilComplete();
  expect([...list.querySelectorAll('td')].map(({ textContent }) => textContent)).toEqual(['first', 'second']);
  expect(list.querySelector('button')).toBeNull();
  expect(asked).toEqual([undefined, 'more']);
});

const cells = (list: HTMLElement): (string | null)[] =>
  [...list.querySelectorAll('td')].map(({ textContent }) => textContent);
const letters = [{ name: 'Letter', cell: (row: string) => row, sortsBy: (row: string) => row }];

test('a press on the head of a column sorts what is shown, a second one the other way round', async () => {
  const read = async () => ({ data: ['b', 'c', 'a'], nextCursor: null });
  const list = await pagedTable('Letters', letters, read, empty('Nothing'));
  const press = () => list.querySelector<HTMLButtonElement>('button.sort')?.click();
  expect(cells(list)).toEqual(['b', 'c', 'a']);
  press();
  expect(cells(list)).toEqual(['a', 'b', 'c']);
  expect(list.querySelector('th')?.getAttribute('aria-sort')).toBe('ascending');
  press();
  expect(cells(list)).toEqual(['c', 'b', 'a']);
  expect(list.querySelector('th')?.getAttribute('aria-sort')).toBe('descending');
});

test('a live list shows what came meanwhile, all of its pages, until it is left', async () => {
  const view = new AbortController();
  let data = ['a', 'b', 'c'];
  const read = async (cursor?: string) =>
    cursor === undefined ? { data: data.slice(0, 2), nextCursor: 'more' } : { data: data.slice(2), nextCursor: null };
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
  const timers = { setTimeout: window.setTimeout, clearTimeout: window.clearTimeout };
  Object.assign(window, { setTimeout, clearTimeout });
  try {
    const list = await pagedTable('Letters', letters, read, empty('Nothing'), view.signal);
    list.querySelector<HTMLButtonElement>('button.more')?.click();
    await jest.advanceTimersByTimeAsync(0);
    data = ['new', 'a', 'b', 'c'];
    await jest.advanceTimersByTimeAsync(5_000);
    expect(cells(list)).toEqual(['new', 'a', 'b', 'c']);
    view.abort();
    data = ['newer', 'new'];
    await jest.advanceTimersByTimeAsync(60_000);
    expect(cells(list)).toEqual(['new', 'a', 'b', 'c']);
  } finally {
    Object.assign(window, timers);
    jest.useRealTimers();
  }
});

test('a list without rows says what would be in it', async () => {
  const list = await pagedTable('Things', [], async () => ({ data: [], nextCursor: null }), empty('No things yet'));
  expect(list.textContent).toBe('No things yet');
});

test('a refusal is told with its code and the number of the request', () => {
  const error = Object.assign(new Error('There is no such order'), { code: 'order_unknown', requestId: 'r-7' });
  expect(problemBox(error).textContent).toContain('There is no such order');
  expect(problemBox(error).textContent).toContain('order_unknown · request r-7');
});
