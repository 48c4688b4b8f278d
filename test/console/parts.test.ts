import { h } from '../../src/console/dom';
import { empty, pagedTable, problemBox, stateChip } from '../../src/console/parts';
import { orderStates } from '../../src/domain/order';
import { stateWords } from '../../src/domain/words/state-words';
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

test('a list without rows says what would be in it', async () => {
  const list = await pagedTable('Things', [], async () => ({ data: [], nextCursor: null }), empty('No things yet'));
  expect(list.textContent).toBe('No things yet');
});

test('a refusal is told with its code and the number of the request', () => {
  const error = Object.assign(new Error('There is no such order'), { code: 'order_unknown', requestId: 'r-7' });
  expect(problemBox(error).textContent).toContain('There is no such order');
  expect(problemBox(error).textContent).toContain('order_unknown · request r-7');
});
