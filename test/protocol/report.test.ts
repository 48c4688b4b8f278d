import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';

const file = platformOfFile();

const delivered = async (orderNo: string) => {
  const issuer = await file.issuer();
  const { pickupUrl } = (await issuer.placeVerified(orderNo, { quantity: 2 })).body;
  const report = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${pickupUrl}/report`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
    });
  expectProblem(await read(report({ itemId: 'a', reason: 'other' })), 409, 'not_issued');
  const codes = [
    { itemId: 'a', value: 'CODE-A-1', secret: '4711' },
    { itemId: 'b', value: 'CODE-B-1' },
  ];
  expect((await issuer.submit(orderNo, codes)).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  expectProblem(await read(report({ itemId: 'a', reason: 'other' })), 403, 'reveal_first');
  const shown = await reveal(pickupUrl);
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
  const lines = async () => {
    const { data } = (await issuer.get(`/orders/${orderNo}/timeline`)).body;
    return data
      .filter(({ event }: { event: string }) => event === 'code_reported')
      .map(({ detail }: { detail: unknown }) => detail);
  };
  return { issuer, pickupUrl, html: await shown.text(), cookie, report, lines };
};

test('a reported code is told to issuer and operators, without the code', async () => {
  const { issuer, cookie, report, lines } = await delivered('report-1');
  const text = 'the till said no to CODE-B-1, PIN 4711';
  const reported = await read(report({ itemId: 'b', reason: 'not_accepted', text }, { cookie }));
  expect([reported.status, reported.body]).toEqual([201, { reported: true }]);
  expect(await lines()).toEqual([{ itemId: 'b', reason: 'not_accepted', text: 'the till said no to …, PIN …' }]);
  const { why, next } = (await file.platform.operator('GET', `/orders/${issuer.issuerId}/report-1/why`)).body;
  expect(why).toContain('code b is not accepted: “the till said no to …, PIN …”');
  expect(next.text).toContain('Ask the issuer whether that code is good');
  const { data } = (await file.platform.operator('GET', '/failures?limit=100')).body;
  const ours = data.filter(({ issuerId }: { issuerId: string }) => issuerId === issuer.issuerId);
  expect(ours).toMatchObject([{ orderNo: 'report-1', kind: 'code_reported', state: 'delivered' }]);
  // Where an operator looks first, no more nor less.
  await until('the overview counts it', async () => {
    const { trouble } = (await file.platform.operator('GET', '/console/overview')).body;
    return trouble.codesReported === 1;
  });
  expect((await issuer.get('/failures')).body.data).toEqual([]);
  expect(JSON.stringify([why, data])).not.toMatch(/CODE-|4711/);
});

test('without a script the form does the same, and the page says that it was told', async () => {
  const { pickupUrl, html, cookie, lines } = await delivered('report-2');
  expect(html).toContain(`action="${new URL(pickupUrl).pathname}/report"`);
  const post = (withCookie: string) =>
    fetch(`${pickupUrl}/report`, {
      method: 'POST',
      headers: { accept: 'text/html', cookie: withCookie },
      body: new URLSearchParams({ itemId: 'a', reason: 'already_used', text: ' ' }),
      redirect: 'manual',
    });
  for (const [withCookie, count] of [
    ['', 0],
    [cookie, 1],
  ] as const) {
    const answer = await post(withCookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, new URL(pickupUrl).pathname]);
    expect(await lines()).toHaveLength(count);
  }
  expect(await lines()).toEqual([{ itemId: 'a', reason: 'already_used' }]);
  expect(await (await fetch(pickupUrl)).text()).toContain('You reported that a code does not work');
});

test('reports are five a day, from our own page, of a code that there is', async () => {
  const { cookie, report, lines } = await delivered('report-3');
  const good = { itemId: 'a', reason: 'other' };
  expectProblem(await read(report(good, { cookie, origin: 'https://evil.example' })), 403, 'origin_forbidden');
  expectProblem(await read(report({ ...good, itemId: 'z' }, { cookie })), 422, 'item_unknown');
  expectProblem(await read(report({ ...good, reason: 'bored' }, { cookie })), 422, 'body_invalid');
  expectProblem(await read(report({ ...good, text: 'x'.repeat(501) }, { cookie })), 422, 'body_invalid');
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await report(good, { cookie })).status));
  expect(statuses.sort()).toEqual([201, 201, 201, 201, 201, 429, 429, 429]);
  expect(await lines()).toHaveLength(5);
});

test('each report opens the codes, and is counted with those who look at them', async () => {
  const { pickupUrl, cookie, report } = await delivered('report-4');
  const statuses = await Promise.all(
    Array.from({ length: 130 }, async () => (await report({ itemId: 'z', reason: 'other' }, { cookie })).status),
  );
  expect([...new Set(statuses)].sort()).toEqual([422, 429]);
  expect((await reveal(pickupUrl)).status).toBe(429);
});
