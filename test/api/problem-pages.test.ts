import { failures } from '../../src/domain/failures';
import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile({ worker: false, sandboxAllow: ['127.0.0.0/8'] });
const at = (path: string) => fetch(file.platform.baseUrl + path);

test("each problem's type leads to a page: what it means, whose turn it is, whether to repeat", async () => {
  for (const [code, { title, retryable }] of Object.entries(failures)) {
    const answer = await at(`/problems/${code}`);
    const text = await answer.text();
    expect([code, answer.status, text.includes(title)]).toEqual([code, 200, true]);
    expect(text).toContain(retryable ? 'Yes: the same bytes' : 'No: the same request');
    expect(text).toMatch(/Whose turn is it\?<\/dt><dd>\w/);
  }
  const issuer = await file.issuer();
  const { type } = (await issuer.get('/orders/none')).body;
  expect((await at(new URL(type).pathname)).status).toBe(200);
  for (const code of ['no_such_code', 'toString']) expect((await at(`/problems/${code}`)).status).toBe(404);
});

test('llms.txt says what this is, and where the rest is', async () => {
  const answer = await at('/llms.txt');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  const text = await answer.text();
  expect(text).toMatch(/^# Codeferry\n\n> /);
  expect(text).toContain(`${file.platform.baseUrl}/problems/order_unknown`);
});

test('the docs have a button for a test issuer where there is a sandbox', async () => {
  const page = await (await at('/docs')).text();
  expect(page).toContain('Make a test issuer');
  expect(await (await at('/assets/docs.js')).text()).toContain('v1/sandbox/issuers');
});
