import { api } from '../../src/console/api';
import { settingsCard } from '../../src/console/order-settings';
import { platformRulesCard } from '../../src/console/platform-rules';
import { withChanges } from '../../src/pages-kit/differing';
import { lookForm } from '../../src/pages-kit/look';
import { until } from '../support/until';
import { page } from './page';

const answers: Record<string, unknown> = {
  '/console/session': { operator: { name: 'ada', role: 'admin' }, csrf: 'c' },
  '/settings': { settings: { verifyWindowSeconds: 900, goLive: 'conformance' }, effective: {} },
};
const put: unknown[] = [];
const { fetch: before } = globalThis;
beforeAll(async () => {
  globalThis.fetch = async (input, init) => {
    if (init?.method === 'PUT') put.push(JSON.parse(String(init.body)));
    const path = String(input).replace(/^.*\/v1\/operator/, '');
    return new Response(JSON.stringify(answers[path]), { status: 200 });
  };
  await api.resume();
});
afterAll(() => {
  globalThis.fetch = before;
});

const span = (value: unknown) => ({ value, from: 'built_in' });
const effective = {
  ...{ verifyWindowSeconds: span(600), issueWindowSeconds: span(600), callsAtOnce: span(32) },
  ...{ noticeDelaysSeconds: span([10]), eventDelaysSeconds: span([5]), deliveryDelaysSeconds: span([2]) },
};
const noReturn = { cancelable: true };

test('the rules are told, also those that nobody has set; one that is changed leaves all other settings as they are', async () => {
  const view = new AbortController();
  const card = await platformRulesCard(view.signal);
  expect(card.textContent).toContain('once it has passed conformance');
  expect(card.textContent).toContain('wherever addresses are allowed');
  expect(card.textContent).toContain('counts at once');
  card.querySelector('button')?.click();
  const dialog = await until('the dialog', () => page.document.querySelector('dialog') ?? undefined);
  const choice = dialog.querySelector('select[name=callbackOwnership]') as unknown as HTMLSelectElement;
  choice.value = 'required';
  dialog.querySelector('form')?.dispatchEvent(new page.Event('submit', { cancelable: true }));
  await until('it is saved', () => page.document.querySelector('dialog') === null);
  const rules = { goLive: 'conformance', callbackOwnership: 'required' };
  expect(put).toEqual([{ verifyWindowSeconds: 900, ...rules }]);
  view.abort();
});

test('what others set while a form was open stays when it is saved: it changes what was changed in it', async () => {
  put.length = 0;
  const view = new AbortController();
  answers['/settings'] = { settings: { verifyWindowSeconds: 900, noticeDelaysSeconds: [10, 30] }, effective };
  const windows = await settingsCard({
    ...{ title: 'Windows', level: 'platform', filter: {}, whose: 'of any', signal: view.signal },
    ...{ read: api.platformSettings, save: api.setPlatformSettings },
  });
  const rules = await platformRulesCard(view.signal);
  for (const [card, name, value] of [
    [windows, 'input[name=issueWindowSeconds]', '120'],
    [rules, 'select[name=callbackOwnership]', 'required'],
  ] as const) {
    answers['/settings'] = { settings: { verifyWindowSeconds: 900, noticeDelaysSeconds: [10, 30] }, effective };
    card.querySelector('button')?.click();
    const dialog = await until('the dialog', () => page.document.querySelector('dialog') ?? undefined);
    (dialog.querySelector(name) as unknown as HTMLInputElement).value = value;
    answers['/settings'] = {
      settings: { verifyWindowSeconds: 60, twoPersons: true, goLive: 'conformance' },
      effective,
    };
    dialog.querySelector('form')?.dispatchEvent(new page.Event('submit', noReturn));
    await until('it is saved', () => page.document.querySelector('dialog') === null);
  }
  const others = { verifyWindowSeconds: 60, twoPersons: true, goLive: 'conformance' };
  expect(put).toEqual([
    { ...others, issueWindowSeconds: 120 },
    { ...others, callbackOwnership: 'required' },
  ]);
  view.abort();
});

test('the look of an issuer is saved as a form changed it, on what others made of it meanwhile', async () => {
  const view = new AbortController();
  const branding = { displayName: 'Acme', color: '#112233', messages: { en: { subject: 'Here' } } };
  const there = { displayName: 'Acme Ltd', color: '#112233', supportEmail: 'a@acme.example', messages: { de: {} } };
  const saved: unknown[] = [];
  const form = lookForm({
    issuer: { name: 'acme', branding },
    read: async () => ({ name: 'acme', branding: there, codeInMessage: true }),
    preview: () => new Promise(() => undefined),
    save: async (look) => saved.push(look),
    maySetCodeInMessage: true,
    signal: view.signal,
  }).querySelector('form') as HTMLFormElement;
  (form.querySelector('[name=color]') as HTMLInputElement).value = '#445566';
  form.dispatchEvent(new page.Event('input') as unknown as Event);
  form.dispatchEvent(new page.Event('submit', noReturn) as unknown as Event);
  await until('it is saved', () => saved.length > 0);
  expect(saved).toEqual([{ branding: { ...there, color: '#445566' } }]);
  view.abort();
});

test.each([
  [{ a: 1, b: 2 }, { a: 0 }, { a: 3 }, { a: 3, b: 2 }],
  [{ a: 1, b: 2 }, { a: 1 }, {}, { b: 2 }],
  [{ b: { x: 1, y: 1 } }, { b: { x: 1 } }, { b: { x: 2 } }, { b: { x: 2, y: 1 } }],
  [{ b: { y: 1 } }, {}, { b: { x: 2 } }, { b: { x: 2, y: 1 } }],
  [{ b: { x: 1, y: 1 } }, { b: { x: 1 } }, {}, { b: { y: 1 } }],
  [{ b: { x: 1 } }, { b: { x: 1 } }, {}, {}],
  [{ l: [1, 2] }, { l: [1] }, { l: [1] }, { l: [1, 2] }],
  [{ l: [1, 2] }, { l: [1] }, { l: [3] }, { l: [3] }],
])('on %j what was drawn from %j and is %j makes %j', (there, drawn, wanted, made) => {
  expect(withChanges<object>(there, drawn, wanted)).toEqual(made);
});
