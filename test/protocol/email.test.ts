import type { TestIssuer } from '../support/issuer';
import type { TestMail } from '../support/mail-server';
import { mailPart, mailParts } from '../support/mail-text';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';

const file = platformOfFile({ hasMails: true });

const to = (name: string) => ({ channel: 'email', address: `${name}@mail.example` });
const headersOf = ({ raw }: TestMail) => mailParts(raw)[0]?.headers ?? {};

const issue = async (issuer: TestIssuer, orderNo: string, code = {}, changes = {}) => {
  const placed = await issuer.placeVerified(orderNo, { terminal: to(orderNo), ...changes });
  const codes = [{ itemId: 'a', value: `CODE-${orderNo}`, ...code }];
  expect((await issuer.submit(orderNo, codes)).status).toBe(201);
  return placed;
};

// Alone: what the first call out loads, jest loads within a test only, and concurrent ones begin before any.
test('a mail brings the link to the page, in text and HTML, and no code', async () => {
  const issuer = await file.issuer({ name: 'Bean & Bar' });
  const placed = await issue(issuer, 'mail-1', { secret: '4711' });
  expect(placed.body.pickupUrl).toMatch(/\/p\/[\w-]{22,}$/);
  expect(placed.body.terminal).toEqual({ channel: 'email', hint: 'm***@m***' });
  const mail = await file.mails.mailTo('mail-1@mail.example');
  expect(mail.from).toBe('codes@shop.example');
  const headers = headersOf(mail);
  expect(headers.from).toBe('"Bean & Bar" <codes@shop.example>');
  expect(headers['message-id']).toMatch(/^<cf_delivery_[\w-]+@shop\.example>$/);
  expect(headers['auto-submitted']).toBe('auto-generated');
  expect(headers).not.toHaveProperty('list-unsubscribe');
  expect(mailPart(mail.raw, 'text/plain').body).toContain(placed.body.pickupUrl);
  const { body: html } = mailPart(mail.raw, 'text/html');
  expect(html).toContain(`href="${placed.body.pickupUrl}"`);
  expect(html).toContain('Bean &amp; Bar');
  for (const { body } of mailParts(mail.raw)) expect(body).not.toMatch(/CODE-mail-1|4711/);
  const { body: order } = await issuer.inState('mail-1', 'delivered');
  expect(order.delivery).toEqual({ state: 'sent', tries: 1 });
  expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('CODE-mail-1');
  const timeline = JSON.stringify((await issuer.get('/orders/mail-1/timeline')).body);
  expect(timeline).not.toContain('@mail.example');
});

test.concurrent('the issuer’s name, colour, logo, contact and instructions stand in the mail and on the page, as text', async () => {
  const issuer = await file.issuer({ name: 'bean-bar-ltd' });
  const dot = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const branding = {
    displayName: 'Bean <b>Bar</b>',
    color: '#ffff00',
    logo: `data:image/png;base64,${dot.toString('base64')}`,
    supportEmail: 'help@bean.example',
    supportUrl: 'https://bean.example/help',
    instructions: { en: 'Show it <i>here</i>.', zh: '在此出示。' },
  };
  const changed = await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { branding });
  expect([changed.status, changed.body.branding]).toEqual([200, branding]);
  const listed = (await file.platform.operator('GET', '/issuers?limit=100')).body.data;
  const { logo: _logo, ...withoutLogo } = branding;
  expect(listed.find(({ issuerId }: TestIssuer) => issuerId === issuer.issuerId).branding).toEqual(withoutLogo);
  const bad = { branding: { ...branding, logo: 'data:image/svg+xml,<html></html>' } };
  const refused = await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, bad);
  expectProblem(refused, 422, 'body_invalid', '/branding/logo');

  const placed = await issue(issuer, 'mail-brand');
  const mail = await file.mails.mailTo('mail-brand@mail.example');
  expect(headersOf(mail)).toMatchObject({ 'reply-to': 'help@bean.example' });
  const html = mailPart(mail.raw, 'text/html').body;
  for (const part of ['Bean &lt;b&gt;Bar', 'Show it &lt;i&gt;here', 'cid:logo', 'https://bean.example/help']) {
    expect(html).toContain(part);
  }
  expect(mailPart(mail.raw, 'image/png').headers['content-id']).toBe('<logo>');
  await issuer.inState('mail-brand', 'delivered');
  const page = async (language: string) =>
    (await fetch(placed.body.pickupUrl, { headers: { 'accept-language': language } })).text();
  expect(await page('zh-CN')).toContain('在此出示。');
  const english = await page('en');
  for (const part of ['Bean &lt;b&gt;Bar', 'Show it &lt;i&gt;here', branding.logo, 'mailto:help@bean.example']) {
    expect(english).toContain(part);
  }
  const style = await fetch(`${file.platform.baseUrl}/assets/brand.css?color=ffff00`);
  expect([english.includes('/assets/brand.css?color=ffff00'), style.headers.get('content-type')]).toEqual([
    true,
    'text/css; charset=utf-8',
  ]);

  const instructions = 'Of this product alone.';
  const own = await issue(issuer, 'mail-own', {}, { product: { id: 'p', name: 'P', instructions } });
  await issuer.inState('mail-own', 'delivered');
  const shown = await (await fetch(own.body.pickupUrl)).text();
  expect([shown.includes(instructions), shown.includes('Show it &lt;i')]).toEqual([true, false]);
  const other = await issuer.place('mail-own', { terminal: to('mail-own'), product: { id: 'p', name: 'P' } });
  expectProblem(other, 409, 'order_conflict');

  // Who can write to the database alone speaks in nobody's name.
  const { issuers } = file.platform.core.database;
  await issuers.updateOne({ _id: issuer.issuerId }, { $set: { 'branding.displayName': 'Evil' } });
  expect(await page('en')).not.toContain('Evil');
});

test.concurrent('a mail speaks the buyer’s language, else the issuer’s, in own words where there are some', async () => {
  const issuer = await file.issuer({ name: 'Bean' });
  const branding = {
    displayName: 'Bean',
    language: 'ar',
    instructions: { en: 'Show it.', zh: '在此出示。' },
    messages: { zh: { subject: '{product} 到了', button: '打开' } },
  };
  expect((await issuer.post('/settings', { type: 'issuer.settings', branding })).status).toBe(200);
  const placed = await issue(issuer, 'mail-zh', {}, { terminal: { ...to('mail-zh'), language: 'zh-CN' } });
  expect(placed.body.terminal).toEqual({ channel: 'email', hint: 'm***@m***' });
  const chinese = mailPart((await file.mails.mailTo('mail-zh@mail.example')).raw, 'text/html').body;
  for (const part of ['<html lang="zh" dir="ltr">', '到了</h1>', '>打开</a>', '或复制此链接：', '在此出示。'])
    expect(chinese).toContain(part);
  await issue(issuer, 'mail-ar');
  const arabic = mailPart((await file.mails.mailTo('mail-ar@mail.example')).raw, 'text/html').body;
  expect(arabic).toContain('<html lang="ar" dir="rtl">');
  expect(arabic).toContain('عرض الرمز');
});

test.concurrent('a preview shows mail, SMS and page with a look that is not saved, and loads nothing', async () => {
  const issuer = await file.issuer({ name: 'Bean' });
  const path = `/issuers/${issuer.issuerId}/preview`;
  const logo = `data:image/svg+xml;base64,${Buffer.from('<svg><path d="M0 0h9"/><script>1</script></svg>').toString('base64')}`;
  const branding = {
    // What would turn the sender's address round is in no line of a mail.
    displayName: 'Bean \u202e<Bar>',
    color: '#7A0C2E',
    logo,
    messages: { en: { subject: '{codes} by {seller}', text: 'Enjoy {product}!' } },
  };
  const asked = { branding, quantity: 2, codeInMessage: true };
  const { status, body } = await file.platform.operator('POST', path, asked);
  expect([status, body.mail.subject, body.sms.parts]).toEqual([200, 'your 2 codes by Bean <Bar>', 1]);
  expect(body.mail.fromName).toBe('Bean <Bar>');
  expect(body.mail.text).toMatch(/^Enjoy Sample product!/);
  expect(body.mail.html).toContain('src="data:image/png;base64,');
  expect(body.page.html).toContain('<bdi>Bean \u202e&lt;Bar&gt;</bdi>');
  expect(body.page.html).toContain('SAMPLE-2-7Q4X');
  for (const { html } of [body.mail, body.page]) expect(html).not.toMatch(/<script|stylesheet|src="(?!data:)|cid:/);
  const own = await issuer.post('/preview', { type: 'issuer.preview', ...asked });
  expect([own.status, own.body]).toEqual([200, body]);
  expect((await issuer.get('/self')).body).not.toHaveProperty('branding');
  for (const [wrong, at] of [
    [{ messages: { en: { subject: 'For {buyer}' } } }, '/branding/messages/en/subject'],
    [{ logo: 'data:image/png;base64,AAAA' }, '/branding/logo'],
    [{ language: 'no language' }, '/branding/language'],
  ] as const) {
    const refused = await file.platform.operator('POST', path, { branding: { displayName: 'B', ...wrong } });
    expectProblem(refused, 422, 'body_invalid', at);
  }
  const frame = await fetch(`${file.platform.baseUrl}/preview-frame`);
  expect(frame.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox allow-scripts$/);
});

test.concurrent('with codeInMessage it holds the code and its picture too', async () => {
  const issuer = await file.issuer({ codeInMessage: true });
  const placed = await issue(issuer, 'mail-2', { value: '<b>&"42"</b>', secret: '0815', format: 'qr' });
  const { raw } = await file.mails.mailTo('mail-2@mail.example');
  expect(mailPart(raw, 'text/plain').body).toContain('<b>&"42"</b>\r\nPIN: 0815');
  expect(mailPart(raw, 'text/html').body).toContain('&lt;b&gt;&amp;&quot;42&quot;&lt;/b&gt;');
  expect(mailPart(raw, 'text/html').body).toContain('src="cid:code-1"');
  expect(mailPart(raw, 'image/png').headers['content-id']).toBe('<code-1>');
  expect(mailPart(raw, 'text/plain').body).toContain(placed.body.pickupUrl);
});

test.concurrent('of an order with a PIN no mail holds a code, whatever the issuer wants', async () => {
  const issuer = await file.issuer({ codeInMessage: true });
  const terminal = { ...to('mail-pin'), pin: '8642' };
  const placed = await issue(issuer, 'mail-pin', { secret: '0815', format: 'qr' }, { terminal });
  const { raw } = await file.mails.mailTo('mail-pin@mail.example');
  expect(mailPart(raw, 'text/plain').body).toContain(placed.body.pickupUrl);
  expect(
    mailParts(raw)
      .map(({ body }) => body)
      .join(),
  ).not.toMatch(/CODE-mail-pin|0815|8642/);
  expect(
    mailParts(raw)
      .map(({ headers }) => headers['content-type'])
      .join(),
  ).not.toContain('image/png');
});

test.concurrent('a server that says later is asked again by the schedule, with the same message', async () => {
  file.mails.answerTo('mail-3@mail.example', (n) => [451, 421][n - 1]);
  const issuer = await file.issuer({ deliveryDelaysSeconds: [1, 1, 1] });
  await issue(issuer, 'mail-3');
  const { body } = await issuer.inState('mail-3', 'delivered');
  expect(body.delivery).toEqual({ state: 'sent', tries: 3 });
  const { data } = (await issuer.get('/orders/mail-3/timeline')).body;
  const tries = data.filter(({ event }: { event: string }) => event === 'delivery_tried');
  expect(tries.map(({ detail }: { detail: { problem?: string } }) => detail.problem)).toEqual([
    'smtp_451',
    'smtp_421',
    undefined,
  ]);
  expect(new Set(tries.map(({ detail }: { detail: { message: string } }) => detail.message)).size).toBe(1);
});

test.concurrent('a server that refuses for good makes the order undeliverable at once; another address mends it', async () => {
  file.mails.answerTo('mail-4@mail.example', () => 550);
  const issuer = await file.issuer();
  await issue(issuer, 'mail-4');
  const { body } = await issuer.inState('mail-4', 'undeliverable');
  expect(body.delivery).toEqual({ state: 'failed', tries: 1 });
  await issuer.message('order.undeliverable', 'mail-4');
  const path = `/orders/${issuer.issuerId}/mail-4`;
  const { why } = (await file.platform.operator('GET', `${path}/why`)).body;
  expect(why).toContain('SMTP 550');
  expect(why).not.toContain('mail.example');
  const corrected = { terminal: to('mail-4-corrected') };
  expect((await file.platform.operator('POST', `${path}/redeliver`, corrected)).status).toBe(200);
  const mail = await file.mails.mailTo('mail-4-corrected@mail.example');
  expect(headersOf(mail)['message-id']).toMatch(/^<[^<>@\s]+@[^<>@\s]+>$/);
  expect((await issuer.inState('mail-4', 'delivered')).body.delivery.state).toBe('sent');
  expect(file.mails.triesOf('mail-4@mail.example')).toBe(1);
});

test.concurrent('a redelivery is the same message again', async () => {
  const issuer = await file.issuer();
  await issue(issuer, 'mail-5');
  await issuer.inState('mail-5', 'delivered');
  expect((await file.platform.operator('POST', `/orders/${issuer.issuerId}/mail-5/redeliver`)).status).toBe(200);
  const [first, second] = [
    await file.mails.mailTo('mail-5@mail.example'),
    await file.mails.mailTo('mail-5@mail.example', 2),
  ];
  expect(headersOf(second)['message-id']).toBe(headersOf(first)['message-id']);
});

test.concurrent('a new link comes by a new message, and the old one is dead', async () => {
  const issuer = await file.issuer();
  const { body: placed } = await issue(issuer, 'mail-link');
  await issuer.inState('mail-link', 'delivered');
  const asked = { type: 'order.delivery', orderNo: 'mail-link', token: issuer.tokenOf('mail-link'), newLink: true };
  expect((await issuer.post('/orders/mail-link/delivery', asked)).status).toBe(200);
  const [first, second] = [
    await file.mails.mailTo('mail-link@mail.example'),
    await file.mails.mailTo('mail-link@mail.example', 2),
  ];
  expect(headersOf(second)['message-id']).not.toBe(headersOf(first)['message-id']);
  const { pickupUrl } = (await issuer.order('mail-link')).body;
  expect(mailPart(second.raw, 'text/plain').body).toContain(pickupUrl);
  expect(mailPart(second.raw, 'text/plain').body).not.toContain(placed.pickupUrl);
  expect((await reveal(placed.pickupUrl)).status).toBe(404);
});

test.concurrent('operators are offered it, and an address that is none is refused', async () => {
  const { data } = (await file.platform.operator('GET', '/channels')).body;
  expect(data.map(({ channel }: { channel: string }) => channel)).toEqual(['page', 'webhook', 'email']);
  const issuer = await file.issuer();
  const terminal = { channel: 'email', address: 'nobody\r\nbcc: x@mail.example' };
  expectProblem(await issuer.place('mail-6', { terminal }), 422, 'body_invalid', '/terminal/address');
  await until('nothing is sent', () => file.mails.taken.every(({ to: all }) => all.length === 1));
});
