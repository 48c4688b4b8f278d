import { askDialog } from '../../src/console/dialog';
import { page } from './page';

const dialog = () => page.document.querySelector('dialog') as unknown as HTMLDialogElement;
const button = (label: string): HTMLButtonElement =>
  [...dialog().querySelectorAll('button')].find(({ textContent }) => textContent === label) as HTMLButtonElement;
const type = (name: string, value: string): void => {
  const field = dialog().querySelector<HTMLInputElement>(`[name=${name}]`) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
};
const submit = async (): Promise<void> => {
  dialog()
    .querySelector('form')
    ?.dispatchEvent(new Event('submit', { cancelable: true }));
  await page.happyDOM.waitUntilComplete();
};

test('a refusal is shown in the open dialog, and what was mended goes over', async () => {
  const sent: string[] = [];
  const asked = askDialog({
    title: 'Name?',
    confirm: 'Save',
    fields: [{ name: 'name', label: 'Name', required: true }],
    run: async ({ name }) => {
      sent.push(name);
      if (name === 'bad') {
        throw Object.assign(new Error('Not that'), { errors: [{ path: '/name', code: 'x', message: 'is bad' }] });
      }
      return { name };
    },
  });
  type('name', 'bad');
  await submit();
  expect(dialog().textContent).toContain('Not that');
  type('name', '  good  ');
  await submit();
  expect(await asked).toEqual({ name: 'good' });
  expect(sent).toEqual(['bad', 'good']);
  expect(page.document.querySelector('dialog')).toBeNull();
});

test('what cannot be taken back waits until its name was typed', async () => {
  const asked = askDialog({ title: 'Delete?', confirm: 'Delete', mustType: 'acme', run: async () => ({ done: 1 }) });
  expect(button('Delete').disabled).toBe(true);
  type('typed', 'acm');
  expect(button('Delete').disabled).toBe(true);
  type('typed', 'acme');
  expect(button('Delete').disabled).toBe(false);
  button('Go back').click();
  expect(await asked).toBeUndefined();
});

test('a field that does not belong to the choice is hidden and does not go over', async () => {
  const asked = askDialog({
    title: 'Where?',
    confirm: 'Save',
    fields: [
      {
        name: 'kind',
        label: 'Kind',
        kind: 'select',
        options: [
          ['page', 'Page'],
          ['url', 'Address'],
        ],
        value: 'page',
      },
      { name: 'url', label: 'Address', value: 'https://left.over' },
    ],
    shownWhen: (name, { kind }) => name !== 'url' || kind === 'url',
    run: async (values) => values,
  });
  await submit();
  expect(await asked).toEqual({ kind: 'page' });
});
