import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { sha256 } from '../../src/sealing/key-ring';
import type { TestIssuer } from '../support/issuer';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal, revealItems } from '../support/reveal';
import { type Delivered, startTerminals } from '../support/terminal';
import { until } from '../support/until';
import { anInstant, expectOrder } from './wire-shapes';

const file = platformOfFile();
const terminals = startTerminals();
afterAll(() => terminals.stop());

/** As a terminal does it with the keys that the platform publishes. */
const isSigned = async ({ headers, raw }: Delivered): Promise<boolean> => {
  const { keys } = (await (await fetch(`${file.platform.baseUrl}/v1/keys`)).json()) as {
    keys: { publicKey: string }[];
  };
  const text = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`);
  const signatures = String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one.startsWith('v1a,'));
  return keys.some(({ publicKey }) => {
    const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return signatures.some((one) => verify(null, text, key, Buffer.from(one.slice('v1a,'.length), 'base64')));
  });
};

const toTerminal = async (orderNo: string): Promise<TestIssuer> =>
  file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf(`/${orderNo}`) } });

const issue = async (issuer: TestIssuer, orderNo: string, changes = {}): Promise<Answer> => {
  const placed = await issuer.placeVerified(orderNo, changes);
  expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }])).status).toBe(201);
  return placed;
};

const operate = (issuer: TestIssuer, orderNo: string, action: string, body?: object): Promise<Answer> =>
  file.platform.operator('POST', `/orders/${issuer.issuerId}/${orderNo}/${action}`, body);

const idOf = (delivered: Delivered): string => String(delivered.headers['webhook-id']);

test('GET /v1/keys has the public keys', async () => {
  const answer = await fetch(`${file.platform.baseUrl}/v1/keys`);
  expect(await answer.json()).toEqual({
    keys: [
      { id: expect.any(String), algorithm: 'ed25519', publicKey: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/) },
    ],
  });
});

describe('a webhook terminal', () => {
  test.concurrent('gets all codes at once, byte for byte, signed by the platform’s key', async () => {
    const issuer = await toTerminal('hook-1');
    const placed = await issuer.placeVerified('hook-1', { quantity: 3 });
    expect(placed.body).not.toHaveProperty('pickupUrl');
    const codes = [
      { itemId: 'a', value: ' "quoted" \\ ü 🎫\t', secret: '0042', expiresAt: '2031-01-01T00:00:00Z' },
      { itemId: 'b', value: '4006381333931', format: 'ean13' },
      { itemId: 'c', value: '007' },
    ];
    await issuer.submit('hook-1', codes.slice(0, 1));
    await issuer.submit('hook-1', codes.slice(1));
    const delivered = await terminals.delivery('/hook-1');
    expect(idOf(delivered)).toMatch(/^cf_[A-Za-z0-9_-]{1,61}$/);
    expect(Math.abs(Number(delivered.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    expect(delivered.headers['content-type']).toMatch(/^application\/json/);
    const body = JSON.parse(delivered.raw);
    expect(body).toEqual({
      type: 'code.delivered',
      timestamp: anInstant(),
      data: {
        issuerId: issuer.issuerId,
        orderNo: 'hook-1',
        product: { id: 'coffee', name: 'Coffee' },
        codes: expect.any(Array),
      },
    });
    const byItem = [...body.data.codes].sort((one, other) => one.itemId.localeCompare(other.itemId));
    expect(byItem).toEqual(codes.map((code) => ({ format: 'text', ...code })));
    expect(await isSigned(delivered)).toBe(true);
    expect(await isSigned({ ...delivered, raw: delivered.raw.replace('007', '008') })).toBe(false);
    const { body: order } = await issuer.inState('hook-1', 'delivered');
    expectOrder(order);
    expect(order.delivery).toEqual({ state: 'delivered', tries: 1 });
    expect(order.terminal.hint).not.toContain('/hook-1');
    expect(await terminals.deliveries('/hook-1')).toHaveLength(1);
  });

  test.concurrent('that fails is tried again after 2 s, then 10 s, with the same bytes and id', async () => {
    const issuer = await toTerminal('hook-2');
    await terminals.answer('/hook-2', (n) => [500, 302][n - 1] ?? 200);
    await issue(issuer, 'hook-2');
    const tries = [];
    for (let n = 1; n <= 3; n += 1) tries.push(await terminals.delivery('/hook-2', n));
    const [first, second, third] = tries as [Delivered, Delivered, Delivered];
    expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(1_900);
    expect(third.atMs - second.atMs).toBeGreaterThanOrEqual(9_900);
    expect(new Set(tries.map(({ raw }) => raw)).size).toBe(1);
    expect(new Set(tries.map(idOf)).size).toBe(1);
    expect(third.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp']);
    for (const one of tries) expect(await isSigned(one)).toBe(true);
    expect((await issuer.inState('hook-2', 'delivered')).body.delivery).toEqual({ state: 'delivered', tries: 3 });
  }, 60_000);

  test.concurrent('is paced by Retry-After of 429 and 503', async () => {
    const issuer = await toTerminal('hook-3');
    await terminals.answer('/hook-3', (n) => (n === 1 ? 503 : 200), { 'retry-after': '4' });
    await issue(issuer, 'hook-3');
    const first = await terminals.delivery('/hook-3');
    const second = await terminals.delivery('/hook-3', 2);
    expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(3_900);
  });

  test.concurrent('that answers 410 makes the order undeliverable, and the issuer is told', async () => {
    const issuer = await toTerminal('hook-4');
    await terminals.answer('/hook-4', () => 410);
    await issue(issuer, 'hook-4');
    const { body } = await issuer.inState('hook-4', 'undeliverable');
    expectOrder(body);
    expect(body).toMatchObject({ delivery: { state: 'failed', tries: 1 }, sequence: 1 });
    expect((await issuer.message('order.undeliverable', 'hook-4')).data).toMatchObject({ state: 'undeliverable' });
    expect((await file.platform.operator('GET', `/issuers/${issuer.issuerId}`)).body.state).toBe('active');
  });

  test.concurrent('redeliver to the same terminal keeps the id and the bytes', async () => {
    const issuer = await toTerminal('hook-5');
    await terminals.answer('/hook-5', (n) => (n <= 2 ? 410 : 200));
    await issue(issuer, 'hook-5');
    await issuer.inState('hook-5', 'undeliverable');
    expect((await operate(issuer, 'hook-5', 'redeliver')).status).toBe(200);
    await terminals.delivery('/hook-5', 2);
    await until('the second failure', async () => (await issuer.order('hook-5')).body.sequence === 2);
    // Named, and the same one.
    const same = { terminal: { channel: 'webhook', url: await terminals.urlOf('/hook-5') } };
    expect((await operate(issuer, 'hook-5', 'redeliver', same)).status).toBe(200);
    await terminals.delivery('/hook-5', 3);
    await issuer.inState('hook-5', 'delivered');
    // And once more, after it was delivered: a terminal that lost it.
    expect((await operate(issuer, 'hook-5', 'redeliver')).status).toBe(200);
    await terminals.delivery('/hook-5', 4);
    const tries = await terminals.deliveries('/hook-5');
    expect(new Set(tries.map(idOf)).size).toBe(1);
    expect(new Set(tries.map(({ raw }) => raw)).size).toBe(1);
  });

  test.concurrent('redeliver to another terminal is a new message, audited and told to the issuer', async () => {
    const issuer = await toTerminal('hook-6');
    await terminals.answer('/hook-6', () => 410);
    await issue(issuer, 'hook-6');
    await issuer.inState('hook-6', 'undeliverable');
    const corrected = { terminal: { channel: 'webhook', url: await terminals.urlOf('/hook-6-corrected') } };
    expect((await operate(issuer, 'hook-6', 'redeliver', corrected)).status).toBe(200);
    const [first, second] = [await terminals.delivery('/hook-6'), await terminals.delivery('/hook-6-corrected')];
    expect(idOf(second)).not.toBe(idOf(first));
    expect(JSON.parse(second.raw).data).toEqual(JSON.parse(first.raw).data);
    await issuer.inState('hook-6', 'delivered');
    const told = (await issuer.message('order.terminal_changed', 'hook-6')).data;
    expect(told).toMatchObject({ sequence: 2, by: 'operator', terminal: { channel: 'webhook' } });
    expect(JSON.stringify(told)).not.toContain('hook-6-corrected');
    expect((await issuer.message('order.delivered', 'hook-6')).data.sequence).toBe(3);
    const audit = (await file.platform.operator('GET', '/audit?limit=100')).body.data;
    const lines = audit.filter(({ target }: { target: string }) => target === `${issuer.issuerId}/hook-6`);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('hook-6-corrected');
    const page = { terminal: { channel: 'page' } };
    expectProblem(await operate(issuer, 'hook-6', 'redeliver', page), 409, 'terminal_fixed');
  });

  test.concurrent('a corrected terminal is looked at like any other', async () => {
    const issuer = await toTerminal('hook-7');
    await terminals.answer('/hook-7', () => 410);
    await issue(issuer, 'hook-7');
    await issuer.inState('hook-7', 'undeliverable');
    const bad = { terminal: { channel: 'webhook', url: 'https://10.0.0.1/' } };
    expectProblem(await operate(issuer, 'hook-7', 'redeliver', bad), 422, 'body_invalid', '/terminal/url');
    expect((await operate(issuer, 'hook-7', 'redeliver', { terminal: { channel: 'page' } })).status).toBe(200);
    const { body } = await issuer.inState('hook-7', 'delivered');
    expect(body.terminal.channel).toBe('page');
    expect(await (await reveal(body.pickupUrl)).text()).toContain('CODE-hook-7');
  });

  test.concurrent('an undeliverable order can be cancelled: its codes are void and not delivered', async () => {
    const issuer = await toTerminal('hook-8');
    await terminals.answer('/hook-8', () => 410);
    await issue(issuer, 'hook-8');
    await issuer.inState('hook-8', 'undeliverable');
    expect((await issuer.cancel('hook-8')).body.state).toBe('cancelled');
    expectProblem(await operate(issuer, 'hook-8', 'redeliver'), 409, 'order_closed');
    expect((await issuer.message('order.codes_void', 'hook-8')).data.itemIds).toEqual(['a']);
    const sent = await terminals.deliveries('/hook-8');
    expect(sent.filter(({ raw }) => JSON.parse(raw).type === 'code.delivered')).toHaveLength(1);
  });
});

describe('the pick-up page', () => {
  test.concurrent('shows the codes to who asks for them, never with its link alone', async () => {
    const issuer = await file.issuer();
    const placed = await issue(issuer, 'page-1');
    const { body } = await issuer.inState('page-1', 'delivered');
    expect(body.pickupUrl).toBe(placed.body.pickupUrl);
    expect(body.delivery.state).toBe('delivered');
    const first = await fetch(body.pickupUrl);
    expect([first.status, await first.text()]).toEqual([200, expect.not.stringContaining('CODE-page-1')]);
    expect(await (await fetch(`${body.pickupUrl}/events`)).text()).not.toContain('CODE-page-1');
    const page = await reveal(body.pickupUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('CODE-page-1');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-robots-tag')).toContain('noindex');
    const csp = page.headers.get('content-security-policy') ?? '';
    expect(csp).toMatch(/(script-src|default-src)/);
    expect(csp).not.toMatch(/script-src[^;]*('unsafe-inline'|'unsafe-eval')/);
  });

  test.concurrent('a program is given the items, and the timeline tells each reveal', async () => {
    const issuer = await file.issuer();
    const { body: placed } = await issuer.placeVerified('page-3');
    expectProblem(await read(revealItems(placed.pickupUrl)), 409, 'not_issued');
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await issuer.submit('page-3', [{ itemId: 'a', value: 'CODE-page-3', secret: '4711', format: 'qr', expiresAt }]);
    await issuer.inState('page-3', 'delivered');
    const item = { itemId: 'a', state: 'delivered', value: 'CODE-page-3', secret: '4711', format: 'qr', usesLeft: 1 };
    for (const body of [undefined, {}]) {
      const shown = await read(revealItems(placed.pickupUrl, body));
      expect([shown.status, shown.body]).toEqual([200, { items: [{ ...item, expiresAt, expired: false }] }]);
    }
    const { data } = (await issuer.get('/orders/page-3/timeline')).body;
    expect(data.filter(({ event }: { event: string }) => event === 'opened')).toHaveLength(2);
  });

  test.concurrent('of one order codes are shown 120 times a minute, and no other one waits for it', async () => {
    const issuer = await file.issuer();
    const [often, once] = [await issue(issuer, 'page-often'), await issue(issuer, 'page-once')];
    for (const orderNo of ['page-often', 'page-once']) await issuer.inState(orderNo, 'delivered');
    const url: string = often.body.pickupUrl;
    const shown = await reveal(url);
    const [cookie = ''] = (shown.headers.get('set-cookie') ?? '').split(';');
    for (let n = 1; n < 120; n += 1) expect((await revealItems(url)).status).toBe(200);
    expectProblem(await read(revealItems(url)), 429, 'rate_limited');
    expectProblem(await read(fetch(`${url}/codes.csv`, { headers: { cookie } })), 429, 'rate_limited');
    const page = await reveal(url);
    const text = await page.text();
    expect([page.status, text.includes('Try again'), text.includes('CODE-page-often')]).toEqual([429, true, false]);
    expect((await reveal(once.body.pickupUrl)).status).toBe(200);
  });

  test.concurrent.each([
    [{ origin: 'https://elsewhere.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://elsewhere.example', 'sec-fetch-site': 'same-origin' }],
  ])('a page of another site cannot reveal them: %j', async (headers) => {
    const issuer = await file.issuer();
    const placed = await issue(issuer, 'foreign');
    await issuer.inState('foreign', 'delivered');
    expectProblem(
      await read(revealItems(placed.body.pickupUrl, undefined, headers as Record<string, string>)),
      403,
      'origin_forbidden',
    );
    const own = { origin: new URL(placed.body.pickupUrl).origin, 'sec-fetch-site': 'same-origin' };
    for (const fine of [own, { origin: 'null', 'sec-fetch-site': 'same-origin' }]) {
      expect((await revealItems(placed.body.pickupUrl, undefined, fine)).status).toBe(200);
    }
  });

  test.concurrent('its link ends 30 days after the delivery', async () => {
    const issuer = await file.issuer();
    const url: string = (await issue(issuer, 'page-old')).body.pickupUrl;
    await issuer.inState('page-old', 'delivered');
    const deliveredAgo = async (ms: number) => {
      const $set = { deliveredAt: new Date(file.platform.nowMs() - ms) };
      await file.platform.core.database.orders.updateOne({ issuerId: issuer.issuerId, orderNo: 'page-old' }, { $set });
    };
    await deliveredAgo(30 * 86_400_000 - 60_000);
    expect((await reveal(url)).status).toBe(200);
    await deliveredAgo(30 * 86_400_000 + 1);
    for (const gone of [reveal(url), fetch(url), fetch(`${url}/events`)]) expect((await gone).status).toBe(404);
  });

  test.concurrent('a file with the codes is for the browser that was shown them', async () => {
    const issuer = await file.issuer();
    const { body: placed } = await issuer.placeVerified('page-4', { quantity: 2 });
    await issuer.submit('page-4', [
      { itemId: 'a', value: '=SUM(1)', secret: '1,2' },
      { itemId: 'b', value: 'say "hi"' },
    ]);
    await issuer.inState('page-4', 'delivered');
    const url = `${placed.pickupUrl}/codes.csv`;
    expectProblem(await read(fetch(url)), 403, 'reveal_first');
    const shown = await reveal(placed.pickupUrl);
    const cookie = shown.headers.get('set-cookie') ?? '';
    for (const part of ['Max-Age=900', 'HttpOnly', 'SameSite=Strict', `Path=${new URL(placed.pickupUrl).pathname}`]) {
      expect(cookie).toContain(part);
    }
    const [pair = ''] = cookie.split(';');
    const download = await fetch(url, { headers: { cookie: pair } });
    const lines = ['itemId,value,secret,format,expiresAt', `a,'=SUM(1),"1,2",text,`, 'b,"say ""hi""",,text,', ''];
    expect([download.status, await download.text()]).toEqual([200, lines.join('\r\n')]);
    for (const size of ['a4', 'receipt']) {
      const voucher = await fetch(`${placed.pickupUrl}/voucher.pdf?size=${size}`, { headers: { cookie: pair } });
      expect([voucher.status, voucher.headers.get('content-type')]).toEqual([200, 'application/pdf']);
      expect(Buffer.from(await voucher.arrayBuffer()).toString('latin1')).toMatch(/^%PDF-[\s\S]*%%EOF\s*$/);
    }
    expectProblem(await read(fetch(`${placed.pickupUrl}/voucher.pdf`)), 403, 'reveal_first');
    const other = await issue(await file.issuer(), 'page-5');
    for (const [of, value] of [
      [other.body.pickupUrl, pair],
      [placed.pickupUrl, pair.slice(0, -2)],
    ]) {
      const refused = await read(fetch(`${of}/codes.csv`, { headers: { cookie: value as string } }));
      expectProblem(refused, 403, 'reveal_first');
    }
  });

  test.concurrent('a gift: a link for somebody else shows the codes, and the giver’s page lives on without them', async () => {
    const issuer = await file.issuer();
    const placed = await issue(issuer, 'gift-1');
    const url: string = placed.body.pickupUrl;
    const give = (body: object, at = url) =>
      read(
        fetch(`${at}/gift`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      );
    expectProblem(await give({ message: 'x'.repeat(501) }), 422, 'body_invalid', '/message');
    expectProblem(await give({ more: 1 }), 422, 'body_invalid', '/more');
    const foreign = await fetch(`${url}/gift`, { method: 'POST', headers: { origin: 'https://elsewhere.example' } });
    expectProblem(await read(Promise.resolve(foreign)), 403, 'origin_forbidden');
    const first = await give({ message: 'Happy <b>birthday</b>' });
    expect([first.status, Object.keys(first.body)]).toEqual([201, ['url']]);
    expect(await (await fetch(first.body.url)).text()).toContain('Happy &lt;b&gt;birthday');
    const second = await give({});
    expect((await fetch(first.body.url)).status).toBe(404);
    expectProblem(await give({}, second.body.url), 404, 'path_unknown');
    // Nobody but its order can make one: a link that was written into the database is none.
    const { orders } = file.platform.core.database;
    const name = { orderNo: 'gift-1', issuerId: issuer.issuerId };
    const row = await orders.findOne(name);
    await orders.updateOne(name, { $set: { 'gift.hash': sha256('mine') } });
    expect((await fetch(`${file.platform.baseUrl}/p/mine`)).status).toBe(404);
    await orders.updateOne(name, { $set: { gift: row?.gift } });

    const givers = async () => [await (await fetch(url)).text(), await (await reveal(url)).text()].join();
    expect(await givers()).toContain('Given');
    const items = (await read(revealItems(url))).body;
    expect(items).toMatchObject({ given: true, items: [{ itemId: 'a', state: 'delivered' }] });
    expect(JSON.stringify([items, await givers()])).not.toContain('CODE-gift-1');
    const received = await fetch(second.body.url);
    expect(await received.text()).not.toContain('€10.00');
    // Each opens the codes, and takes nothing of what the other one may ask for.
    const again = await Promise.all(Array.from({ length: 120 }, () => revealItems(url)));
    expect(again.map(({ status }) => status).filter((status) => status !== 200)).toEqual([429]);
    // What the giver's page asked for was no reveal.
    expect((await issuer.order('gift-1')).body.delivery.state).toBe('delivered');
    const shown = await reveal(second.body.url);
    expect(await shown.text()).toContain('CODE-gift-1');
    const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await fetch(`${second.body.url}/codes.csv`, { headers: { cookie } })).status).toBe(200);
    expectProblem(await read(fetch(`${url}/codes.csv`, { headers: { cookie } })), 403, 'reveal_first');
    expectProblem(await give({}), 409, 'already_opened');
    expect(await givers()).not.toContain('CODE-gift-1');
  });

  test.concurrent('of a gift’s refund its giver reads, and who was given it does not', async () => {
    const issuer = await file.issuer({ buyerRefunds: true });
    const url: string = (await issue(issuer, 'gift-refund')).body.pickupUrl;
    const given = await read(fetch(`${url}/gift`, { method: 'POST', headers: { accept: 'application/json' } }));
    const pages = () =>
      Promise.all(
        [url, given.body.url].map(async (at) => (await fetch(at, { headers: { accept: 'text/html' } })).text()),
      );
    const asked = await fetch(`${url}/refund`, { method: 'POST', headers: { accept: 'application/json' } });
    expect(asked.status).toBe(200);
    expect((await pages()).map((page) => page.includes('A refund was asked for'))).toEqual([true, false]);
    const path = `/orders/${issuer.issuerId}/gift-refund/void`;
    expect((await file.platform.operator('POST', path, { reason: 'x' })).status).toBe(200);
    const shown = await pages();
    expect(shown.map((page) => page.includes('Your code is void'))).toEqual([true, true]);
    expect(shown.map((page) => /€10\.00|Refund due/.test(page))).toEqual([true, false]);
  });

  test.concurrent('a new link ends what whoever had the one before gave away, unless the codes were seen', async () => {
    const issuer = await file.issuer();
    const give = async (at: string): Promise<string> =>
      (await read(fetch(`${at}/gift`, { method: 'POST', headers: { accept: 'application/json' } }))).body.url;
    const renewed = async (orderNo: string): Promise<string> => {
      const at = `/orders/${issuer.issuerId}/${orderNo}/redeliver`;
      expect((await file.platform.operator('POST', at, { newLink: true })).status).toBe(200);
      return (await issuer.order(orderNo)).body.pickupUrl;
    };
    const thiefs = await give((await issue(issuer, 'gift-3')).body.pickupUrl);
    const own = await renewed('gift-3');
    expect([(await fetch(thiefs)).status, (await revealItems(thiefs)).status]).toEqual([404, 404]);
    expect(await (await fetch(own)).text()).not.toContain('Given');
    const friends = await give(own);
    expect([friends === thiefs, (await fetch(friends)).status]).toEqual([false, 200]);
    expect(await (await reveal(friends)).text()).toContain('CODE-gift-3');
    // Nobody else could show them any more: who has seen them goes on, and the buyer reads that they were given.
    const last = await renewed('gift-3');
    expect(await (await reveal(friends)).text()).toContain('CODE-gift-3');
    expect(await (await reveal(last)).text()).not.toContain('CODE-gift-3');
    const early = await issuer.placeVerified('gift-4');
    const before = await give(early.body.pickupUrl);
    await issuer.submit('gift-4', [{ itemId: 'a', value: 'CODE-gift-4' }]);
    await issuer.inState('gift-4', 'delivered');
    expect(await (await reveal(await renewed('gift-4'))).text()).toContain('CODE-gift-4');
    expect((await fetch(before)).status).toBe(404);
  });

  test.concurrent('seen codes are no gift, whatever its issuer sends again and again, and whatever line is gone', async () => {
    const issuer = await file.issuer();
    const placed = await issue(issuer, 'gift-5');
    await issuer.inState('gift-5', 'delivered');
    expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('CODE-gift-5');
    const [item] = (await issuer.get('/orders/gift-5/items')).body.data;
    expect(item).toMatchObject({ openedAt: anInstant() });
    const { orders } = file.platform.core.database;
    await orders.updateOne({ issuerId: issuer.issuerId, orderNo: 'gift-5' }, { $unset: { 'callLines.opened': 1 } });
    expect((await operate(issuer, 'gift-5', 'redeliver', { newLink: true })).status).toBe(200);
    const { pickupUrl, delivery } = (await issuer.order('gift-5')).body;
    expect(delivery.state).toBe('delivered');
    expectProblem(await read(fetch(`${pickupUrl}/gift`, { method: 'POST' })), 409, 'already_opened');
    expect((await issuer.get('/orders/gift-5/items')).body.data).toEqual([item]);
  });

  test.concurrent('tickets with a time have a calendar file, without their codes', async () => {
    const issuer = await file.issuer();
    const name = `Concert; row 1, ${'é'.repeat(60)}`;
    const { body } = await issuer.placeVerified('page-times', { quantity: 3, product: { id: 'p', name } });
    const [startsAt, expiresAt] = ['2126-05-01T18:00:00Z', '2126-05-01T21:30:00Z'];
    await issuer.submit('page-times', [
      { itemId: 'a', value: 'TICKET-a', startsAt, expiresAt },
      { itemId: 'b', value: 'TICKET-b', startsAt, expiresAt },
      { itemId: 'c', value: 'TICKET-c' },
    ]);
    await issuer.inState('page-times', 'delivered');
    const url = `${body.pickupUrl}/calendar.ics`;
    expectProblem(await read(fetch(url)), 403, 'reveal_first');
    const shown = await reveal(body.pickupUrl);
    expect(await shown.text()).toContain('calendar.ics');
    const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
    const calendar = await fetch(url, { headers: { cookie } });
    expect(calendar.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const text = await calendar.text();
    const lines = text.split('\r\n');
    expect(lines.every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
    const unfolded = text.replaceAll('\r\n ', '').split('\r\n');
    expect(unfolded).toEqual(
      expect.arrayContaining([
        'DTSTART:21260501T180000Z',
        'DTEND:21260501T213000Z',
        `SUMMARY:Concert\\; row 1\\, ${'é'.repeat(60)}`,
      ]),
    );
    expect(unfolded.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
    expect(text).not.toContain('TICKET');

    const timeless = (await issue(issuer, 'page-timeless')).body.pickupUrl;
    const plain = (await reveal(timeless)).headers.get('set-cookie')?.split(';')[0] ?? '';
    expectProblem(await read(fetch(`${timeless}/calendar.ics`, { headers: { cookie: plain } })), 404, 'path_unknown');
  });

  test.concurrent('of a gift and a reveal at once one counts', async () => {
    const issuer = await file.issuer();
    const { codes } = file.platform.core.orderDeps;
    const placed = await issue(issuer, 'gift-2');
    const url: string = placed.body.pickupUrl;
    const { accepted } = codes;
    let given: Response | undefined;
    // The codes are read for the buyer, who gives them away before they are shown.
    codes.accepted = async (order) => {
      const read = await accepted(order);
      if (order.orderNo === 'gift-2') given ??= await fetch(`${url}/gift`, { method: 'POST' });
      return read;
    };
    const shown = await revealItems(url).then((answer) => answer.text());
    codes.accepted = accepted;
    expect([given?.status, shown.includes('CODE-gift-2')].join()).toMatch(/^(201,false|409,true)$/);
  });

  test.concurrent('shows the wait live, and no code before its time', async () => {
    const issuer = await file.issuer();
    const placed = await issuer.placeVerified('page-2', { quantity: 2 });
    await issuer.submit('page-2', [{ itemId: 'a', value: 'PAGE-2-a' }]);
    const html = await (await fetch(placed.body.pickupUrl)).text();
    expect(html).not.toContain('PAGE-2-a');
    const events = await fetch(`${placed.body.pickupUrl}/events`);
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(events.headers.get('cache-control')).toBe('no-store');
    // HEAD is answered as GET, with nothing behind its headers.
    const head = await fetch(`${placed.body.pickupUrl}/events`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'text/event-stream', '']);
    await issuer.submit('page-2', [{ itemId: 'b', value: 'PAGE-2-b' }]);
    // The stream ends with the order.
    expect(await events.text()).toContain('delivered');
  });

  test.concurrent.each(['', randomUUID(), 'a'.repeat(43)])('an unknown link is 404: %#', async (secret) => {
    expect((await fetch(`${file.platform.baseUrl}/p/${secret}`)).status).toBe(404);
  });
});
