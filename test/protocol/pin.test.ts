import type { TestIssuer } from '../support/issuer';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { revealItems } from '../support/reveal';

const file = platformOfFile();
const terminal = { channel: 'page', pin: '0471' };

const issued = async (issuer: TestIssuer, orderNo: string, changes: object = { terminal }): Promise<string> => {
  const placed = await issuer.placeVerified(orderNo, { ...changes });
  expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }])).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  return placed.body.pickupUrl;
};
const items = (url: string, pin?: unknown) => read(revealItems(url, pin === undefined ? undefined : { pin }));
const form = (url: string, pin: string) =>
  fetch(`${url}/reveal`, { method: 'POST', headers: { accept: 'text/html' }, body: new URLSearchParams({ pin }) });

test('the codes are for who has the PIN, and nothing tells it', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-1');
  const page = await (await fetch(url)).text();
  expect(page).toContain('name="pin"');
  for (const wrong of [undefined, '471', '0472', '04710']) {
    const answer = await items(url, wrong);
    expectProblem(answer, 403, 'pin_wrong');
    expect(JSON.stringify(answer.body)).not.toContain('CODE-pin-1');
  }
  const { status, body } = await items(url, '0471');
  expect([status, body.items[0].value]).toEqual([200, 'CODE-pin-1']);
  const row = await file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'pin-1' });
  const told = [
    row?.terminal,
    (await issuer.order('pin-1')).body.terminal,
    (await issuer.get('/orders/pin-1/timeline')).body,
    page,
  ];
  expect(JSON.stringify(told)).not.toContain('0471');
  expect((await issuer.place('pin-1', { terminal })).status).toBe(200);
  expectProblem(await issuer.place('pin-1', { terminal: { channel: 'page', pin: '0472' } }), 409, 'order_conflict');
  expectProblem(await issuer.place('pin-1', { terminal: { channel: 'page' } }), 409, 'order_conflict');
});

test.concurrent('giving away needs the PIN, counts as a reveal does, and who was given it is asked for none', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-gift');
  const give = (pin?: string, at = url) =>
    fetch(`${at}/gift`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(pin === undefined ? {} : { pin }),
    });
  const giveByForm = (pin: string) =>
    fetch(`${url}/gift`, { method: 'POST', headers: { accept: 'text/html' }, body: new URLSearchParams({ pin }) });
  const givers = () => fetch(url).then((answer) => answer.text());
  expect((await givers()).match(/name="pin"/g)).toHaveLength(2);
  expectProblem(await read(give()), 403, 'pin_wrong');
  const asked = await giveByForm('9999');
  expect([asked.status, (await asked.text()).includes('not the PIN of this order')]).toEqual([403, true]);
  expect(await givers()).not.toContain('Given');
  const given = await giveByForm('0471');
  const [link = ''] = (await given.text()).match(/http[^<"]+\/p\/[\w-]+(?=<)/) ?? [];
  expect([given.status, link.startsWith('http'), link === url]).toEqual([201, true, false]);
  // Whoever has the buyer's link alone learns of no other that asks for no PIN.
  expect([(await givers()).includes('Given'), (await givers()).includes(link)]).toEqual([true, false]);
  expect(await (await fetch(link)).text()).not.toContain('name="pin"');
  expect((await items(link)).body.items[0].value).toBe('CODE-pin-gift');

  const other = await issued(issuer, 'pin-gift-2');
  for (let n = 0; n < 5; n += 1) expectProblem(await read(give('9999', other)), 403, 'pin_wrong');
  expectProblem(await read(give('0471', other)), 429, 'pin_locked');
  expectProblem(await items(other, '0471'), 429, 'pin_locked');
});

test.concurrent('five wrong ones lock the page for a quarter of an hour, later ones for longer, for the right one too', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-2');
  const guesses = await Promise.all(Array.from({ length: 20 }, (_, n) => items(url, String(1_000 + n))));
  expect(guesses.filter(({ body }) => body.code === 'pin_wrong')).toHaveLength(5);
  const locked = await items(url, '0471');
  expectProblem(locked, 429, 'pin_locked');
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
  const page = await form(url, '0471');
  expect(page.status).toBe(429);
  expect(await page.text()).toMatch(/Try again in 15 minutes/);

  const { orders } = file.platform.core.orderDeps;
  const order = { issuerId: issuer.issuerId, orderNo: 'pin-2' };
  const row = await orders.find(order);
  if (!row) throw new Error('the order has no row');
  let lastMs = row.pinAttempts?.at.getTime() ?? 0;
  const attempt = (atMs: number) => orders.takePinAttempt(row, new Date(atMs));
  // After four, each row of five locks for longer, up to a day: nobody tries all PINs while the link lives.
  for (const minutes of [15, 15, 15, 15, 30, 60, 120, 240, 480, 960, 1_440, 1_440]) {
    const lockMs = minutes * 60_000;
    expect([minutes, await attempt(lastMs + lockMs - 1)]).toEqual([minutes, 'locked']);
    lastMs += lockMs;
    for (let n = 1; n <= 5; n += 1) expect([minutes, await attempt(lastMs)]).toEqual([minutes, 'taken']);
    expect([minutes, await attempt(lastMs)]).toEqual([minutes, 'locked']);
  }
});

test.concurrent('whoever takes the wrong ones out of the database has no more tries by it', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-7');
  const { orders } = file.platform.core.database;
  const refused: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    refused.push((await items(url, String(1_000 + n))).body.code);
    await orders.updateOne({ _id: `${issuer.issuerId}/pin-7` }, { $unset: { pinAttempts: 1 } });
  }
  expect(refused.filter((code) => code === 'pin_wrong')).toHaveLength(5);
  const locked = await items(url, '0471');
  expectProblem(locked, 429, 'pin_locked');
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
});

test.concurrent('a new link, or another PIN, has tries of its own, and the wrong ones of before it lock nobody out', async () => {
  const issuer = await file.issuer();
  let url = await issued(issuer, 'pin-8');
  const lock = async (): Promise<void> => {
    for (let n = 0; n < 5; n += 1) expectProblem(await items(url, '1111'), 403, 'pin_wrong');
    expectProblem(await items(url, '0471'), 429, 'pin_locked');
  };
  const redeliver = async (body: object): Promise<void> => {
    const path = `/orders/${issuer.issuerId}/pin-8/redeliver`;
    expect((await file.platform.operator('POST', path, body)).status).toBe(200);
  };
  await lock();
  const old = url;
  await redeliver({ newLink: true });
  url = (await issuer.order('pin-8')).body.pickupUrl;
  expect(url).not.toBe(old);
  expectProblem(await items(old, '0471'), 404, 'path_unknown');
  await lock();
  const { orders } = file.platform.core.database;
  await orders.updateOne({ _id: `${issuer.issuerId}/pin-8` }, { $set: { 'facts.delivery.state': 'failed' } });
  await redeliver({ terminal: { channel: 'page', pin: '2718' } });
  for (let n = 0; n < 4; n += 1) expectProblem(await items(url, '0471'), 403, 'pin_wrong');
  expect((await items(url, '2718')).status).toBe(200);
});

test.concurrent('a message that goes again by the same link brings no more tries', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-9');
  for (let n = 0; n < 5; n += 1) expectProblem(await items(url, '1111'), 403, 'pin_wrong');
  const path = `/orders/${issuer.issuerId}/pin-9/redeliver`;
  expect((await file.platform.operator('POST', path, { terminal })).status).toBe(200);
  expectProblem(await items(url, '0471'), 429, 'pin_locked');
});

test.concurrent('none at all counts as a wrong one; beyond, its order is not read once more', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-6');
  for (const none of [undefined, '', undefined, '', undefined]) expectProblem(await items(url, none), 403, 'pin_wrong');
  const read = jest.spyOn(file.platform.core.orderDeps.orders, 'find');
  expectProblem(await items(url, '0471'), 429, 'pin_locked');
  expect(read.mock.calls.filter(([{ orderNo }]) => orderNo === 'pin-6')).toEqual([]);
});

test.concurrent('a right one ends the row of wrong ones', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-3');
  for (let round = 1; round <= 3; round += 1) {
    for (let n = 1; n <= 4; n += 1) expectProblem(await items(url, '1111'), 403, 'pin_wrong');
    expect((await items(url, '0471')).status).toBe(200);
  }
});

test.concurrent('the page says that a PIN was wrong, asks again, and shows the codes for the right one', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-4');
  const wrong = await form(url, '9999');
  const text = await wrong.text();
  expect([wrong.status, text.includes('role="alert"'), text.includes('CODE-pin-4')]).toEqual([403, true, false]);
  expect(text).toContain('name="pin"');
  expect(wrong.headers.get('set-cookie')).toBeNull();
  const right = await form(url, '0471');
  expect([right.status, (await right.text()).includes('CODE-pin-4')]).toEqual([200, true]);
});

test.concurrent('an order without one asks for none', async () => {
  const issuer = await file.issuer();
  const url = await issued(issuer, 'pin-5', {});
  expect(await (await fetch(url)).text()).not.toContain('name="pin"');
  expect((await items(url)).status).toBe(200);
});

test.concurrent.each(['123', '123456789', '12a4', '', ' 1234', 1234])('%p is no PIN', async (pin) => {
  const issuer = await file.issuer();
  const answer = await issuer.place('no-pin', { terminal: { channel: 'page', pin } });
  expectProblem(answer, 422, 'body_invalid', '/terminal/pin');
});

test.concurrent('a webhook has none', async () => {
  const issuer = await file.issuer();
  const webhook = { channel: 'webhook', url: 'http://127.0.0.1:9/', pin: '1234' };
  expectProblem(await issuer.place('no-pin', { terminal: webhook }), 422, 'body_invalid', '/terminal/pin');
});
