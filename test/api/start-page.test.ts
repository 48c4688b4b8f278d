import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile({ worker: false, isDemo: true });
const ask = (path: string, accept: string, init: RequestInit = {}) =>
  fetch(`${file.platform.baseUrl}${path}`, { ...init, headers: { accept, 'accept-language': 'en' } });
/** As a browser asks. */
const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test('the first address is a page that says what this is, where to look, and that it is a demo', async () => {
  const answer = await ask('/', html);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const text = await answer.text();
  for (const words of [
    'You bought a code',
    'You issue codes',
    'You operate this platform',
    'href="/operator"',
    'href="/docs/quickstart"',
    'href="/issuer"',
    'href="/p/lost"',
    'DEMO=off',
  ]) {
    expect(text).toContain(words);
  }
  const console = await (await ask('/operator', html)).text();
  expect(console).toContain('breaks some on purpose');
});

test('for a program there is nothing at the first address', async () => {
  const answer = await ask('/', 'application/json');
  expect([answer.status, (await answer.json()).code]).toEqual([404, 'path_unknown']);
});

test.each(['/p/not-a-link-that-ever-was', '/p/cut/off/somewhere', '/p/', '/p'])(
  'a person at %s gets a page with what to do, a program the problem; both are 404',
  async (path) => {
    const page = await ask(path, html);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const text = await page.text();
    expect(text).toContain('There is nothing at this link');
    expect(text).toContain('ask the seller');
    for (const accept of ['*/*', 'application/json']) {
      const problem = await ask(path, accept);
      expect(problem.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect([problem.status, (await problem.json()).code]).toEqual([404, 'path_unknown']);
    }
  },
);

test('a page of the docs that is not there is said in words to a person, a problem to a program', async () => {
  const page = await ask('/docs/nowhere', html);
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  const text = await page.text();
  expect(text).toContain('There is no such page');
  const [, icon = ''] = /rel="icon" href="([^"]+)"/.exec(text) ?? [];
  const drawn = await fetch(new URL(icon, page.url));
  expect([drawn.status, drawn.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect((await ask('/docs/nowhere', '*/*')).headers.get('content-type')).toContain('application/problem+json');
});

test('no other unknown path is a page', async () => {
  for (const path of ['/nowhere', '/v1/nowhere', '/pizza']) {
    expect((await ask(path, html)).headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  }
});
