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
    expect(text).toMatch(/Whose turn is it\?.*<\/h2>\s*<p>\w/);
  }
  const issuer = await file.issuer();
  const { type } = (await issuer.get('/orders/none')).body;
  expect((await at(new URL(type).pathname)).status).toBe(200);
  for (const code of ['no_such_code', 'toString']) expect((await at(`/problems/${code}`)).status).toBe(404);
});

test('llms.txt says what this is, and where the rest is, as plain Markdown', async () => {
  const answer = await at('/llms.txt');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  const text = await answer.text();
  expect(text).toMatch(/^# Codeferry\n\n> /);
  expect(text).toContain(`${file.platform.baseUrl}/problems/order_unknown`);
  const links = [...text.matchAll(/\]\((\S+)\)/g)].map(([, link]) => String(link));
  for (const link of links) expect([link, (await fetch(link)).status]).toEqual([link, 200]);
  const signing = links.find((link) => link.endsWith('/docs/signing.md')) ?? '';
  const page = await fetch(signing);
  expect(page.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  expect(await page.text()).toMatch(/^# Signing\n/);
});

test('each link of each page leads to what is there, also to the heading', async () => {
  const ids = new Map<string, Set<string>>();
  const visit = async (address: string): Promise<void> => {
    if (ids.has(address)) return;
    const answer = await at(address);
    expect([address, answer.status]).toEqual([address, 200]);
    const isPage = answer.headers.get('content-type')?.startsWith('text/html') ?? false;
    const html = isPage ? await answer.text() : '';
    ids.set(address, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => String(id))));
    for (const [, link = ''] of html.matchAll(/ (?:href|src)="([^"]+)"/g)) {
      const { origin, pathname, hash } = new URL(link, file.platform.baseUrl + address);
      if (origin !== file.platform.baseUrl) continue;
      await visit(pathname);
      const isThere = hash === '' || ids.get(pathname)?.has(decodeURIComponent(hash.slice(1)));
      expect([address, link, isThere]).toEqual([address, link, true]);
    }
  };
  await visit('/docs');
  expect([...ids.keys()]).toEqual(expect.arrayContaining(['/docs/quickstart', '/docs/changelog', '/docs/viewer']));
});

test('the docs have a button for a test issuer where there is a sandbox', async () => {
  const page = await (await at('/docs')).text();
  expect(page).toContain('Make a test issuer');
  expect(await (await at('/docs/assets/sandbox.js')).text()).toContain('v1/sandbox/issuers');
});
