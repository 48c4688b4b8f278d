import { askDialog } from '../../src/pages-kit/dialog';
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
  expect(dialog().textContent).toContain('It is bad.');
  type('name', '  good  ');
  await submit();
  expect(await asked).toEqual({ name: 'good' });
  expect(sent).toEqual(['bad', 'good']);
  expect(page.document.querySelector('dialog')).toBeNull();
});

test('what is refused is marked at its field, in words for people, and unmarked once it is taken', async () => {
  const refusals = [
    [
      { path: '/id', code: 'x', message: 'must match pattern /^[a-z]/' },
      { path: '/at/url', code: 'x', message: 'is no address' },
      { path: '/delays/0', code: 'x', message: 'Invalid input: expected number, received null' },
      { path: '/other', code: 'x', message: 'is bad' },
    ],
    [{ path: '/other', code: 'x', message: 'is bad' }],
  ];
  void askDialog({
    title: 'New',
    confirm: 'Create',
    fields: [
      { name: 'id', label: 'Id', wrong: 'Small letters only.' },
      { name: 'url', label: 'Address', path: '/at/url' },
      { name: 'delays', label: 'Delays' },
    ],
    run: async () => {
      throw Object.assign(new Error('The body does not fit'), { errors: refusals.shift() });
    },
  });
  const field = (name: string) => dialog().querySelector(`[name=${name}]`) as HTMLInputElement;
  const saidOf = (name: string) => field(name).closest('.field')?.querySelector('.bad-text:not([hidden])')?.textContent;
  await submit();
  expect([saidOf('id'), saidOf('url')]).toEqual(['Small letters only.', 'It is no address.']);
  expect(saidOf('delays')).toBe('It does not fit.');
  expect(field('id').getAttribute('aria-invalid')).toBe('true');
  expect(page.document.activeElement?.getAttribute('name')).toBe('id');
  expect(dialog().querySelector('.trouble')?.textContent).toBe('Look at the marked fields./other is bad');
  await submit();
  expect([saidOf('id'), saidOf('url')]).toEqual([undefined, undefined]);
  expect(field('id').hasAttribute('aria-invalid')).toBe(false);
  button('Go back').click();
});

test('a question ends with the view that asked it, unless it is being done', async () => {
  const leave = () => window.dispatchEvent(new Event('hashchange'));
  let done = (): void => undefined;
  const run = () => new Promise<{ done: 1 }>((resolve) => (done = () => resolve({ done: 1 })));
  const unanswered = askDialog({ title: 'Void?', confirm: 'Void', run });
  leave();
  expect(dialog()).toBeNull();
  expect(await unanswered).toBeUndefined();
  const running = askDialog({ title: 'Void?', confirm: 'Void', run });
  const submitted = submit();
  leave();
  expect(dialog()).not.toBeNull();
  done();
  await submitted;
  expect(await running).toEqual({ done: 1 });
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

test('what a schema says by itself is for programs: people read what the field is for', async () => {
  const tooSmall = 'Too small: expected number to be >=5';
  const refusal = (path: string, message: string) => ({ path, code: 'x', message });
  const errors = [
    refusal('/seconds', tooSmall),
    refusal('/last', tooSmall),
    refusal('/mail', 'Invalid email address'),
    refusal('/text', 'Invalid input'),
  ];
  void askDialog({
    title: 'Settings',
    confirm: 'Save',
    fields: [
      { name: 'seconds', label: 'Seconds', kind: 'number', min: 5, max: 60 },
      { name: 'last', label: 'Last', kind: 'number', min: 0 },
      { name: 'mail', label: 'Mail', kind: 'email' },
      { name: 'text', label: 'Text' },
    ],
    run: async () => {
      throw Object.assign(new Error('The body does not fit'), { errors });
    },
  });
  await submit();
  const wrong = [...dialog().querySelectorAll('.field .bad-text')].map(({ textContent }) => textContent);
  expect(wrong).toEqual([
    'A whole number from 5 to 60.',
    'A whole number from 0 on.',
    'It is no e-mail address.',
    'It does not fit.',
  ]);
  dialog().close();
});
