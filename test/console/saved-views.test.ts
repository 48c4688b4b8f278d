import { session } from '../../src/console/api';
import { savedViews } from '../../src/console/saved-views';
import { page } from './page';

const asOperator = (name: string): void => {
  session.current = { csrf: 'c', operator: { name, role: 'admin' }, endsAt: '' };
};
const links = (box: HTMLElement) => [...box.querySelectorAll('a')].map((link) => link.getAttribute('href'));

test('a filter is kept under a name, for whoever kept it, until it is removed', async () => {
  asOperator('ann');
  page.location.hash = '#/orders?state=expired';
  const views = savedViews();
  views.querySelector<HTMLButtonElement>('button')?.click();
  const dialog = page.document.querySelector('dialog') as unknown as HTMLDialogElement;
  (dialog.querySelector('[name=name]') as HTMLInputElement).value = 'Late ones';
  dialog.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await page.happyDOM.waitUntilComplete();
  expect(links(views)).toEqual(['#/orders?state=expired']);
  asOperator('bob');
  expect(links(savedViews())).toEqual([]);
  asOperator('ann');
  const again = savedViews();
  expect(again.textContent).toContain('Late ones');
  again.querySelector<HTMLButtonElement>('[aria-label="Remove Late ones"]')?.click();
  expect(links(savedViews())).toEqual([]);
});
