import type { ComparisonAnswer } from '../../src/console/answers';
import { api } from '../../src/console/api';
import { comparedList } from '../../src/console/compared';
import { until } from '../support/until';
import { page } from './page';

const order = { issuerId: 'acme', orderNo: 'A-1', actions: ['redeliver'], terminal: { channel: 'page', hint: 'page' } };
const newest: NonNullable<ComparisonAnswer['newest']> = {
  ...{ at: '2026-01-01T01:00:00.000Z', orders: 2, workflows: 2, isWhole: true },
  counts: [
    { issuerId: 'acme', kind: 'bounced', count: 1 },
    { issuerId: 'acme', kind: 'workflow_left', count: 1 },
  ],
  findings: [
    { issuerId: 'acme', orderNo: 'A-1', kind: 'bounced', why: 'It came back.', next: 'Redeliver.' },
    { issuerId: 'acme', orderNo: 'A-2', kind: 'workflow_left', why: 'It still runs.', next: 'Look at it.' },
  ],
};

test('what the sides differ in is listed with what to do, and the order’s own button where an action repairs it', async () => {
  const { fetch: before } = globalThis;
  let answer: ComparisonAnswer = {};
  const session = { operator: { name: 'ann', role: 'operator' }, csrfToken: 'c' };
  globalThis.fetch = async (input) => {
    const { pathname } = new URL(String(input), 'http://console.test');
    if (pathname.endsWith('/console/session')) return new Response(JSON.stringify(session));
    if (pathname.endsWith('/comparison')) return new Response(JSON.stringify(answer));
    if (pathname.endsWith('/channels')) return new Response('{"data":[]}');
    return new Response(JSON.stringify(order));
  };
  try {
    await api.resume();
    const { signal } = new AbortController();
    expect((await comparedList(signal)).textContent).toContain('Nothing was compared yet');
    answer = { newest };
    const list = await comparedList(signal);
    const rows = [...list.querySelectorAll('tbody tr')];
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/A-1.*Its message came back.*It came back\..*Redeliver\./),
      expect.stringMatching(/A-2.*Its workflow is left over.*Look at it\./),
    ]);
    const buttons = rows.map((row) => row.querySelector('button'));
    expect(buttons.map((button) => button?.textContent)).toEqual(['Redeliver', undefined]);
    buttons[0]?.click();
    await until('the dialog', () => page.document.body.textContent.includes('Deliver the codes again?'));
  } finally {
    globalThis.fetch = before;
  }
});
