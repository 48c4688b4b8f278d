import { api } from '../../src/console/api';
import { platformRulesCard } from '../../src/console/platform-rules';
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
  const rules = { goLive: 'conformance', callbackOwnership: 'required', twoPersons: false };
  expect(put).toEqual([{ verifyWindowSeconds: 900, ...rules }]);
  view.abort();
});
