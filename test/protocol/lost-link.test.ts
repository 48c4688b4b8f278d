import type { TestIssuer } from '../support/issuer';
import { mailPart } from '../support/mail-text';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconciledUntil } from '../support/reconcile';
import { reveal, revealItems } from '../support/reveal';
import { until } from '../support/until';

const file = platformOfFile({ hasMails: true, trustedProxies: ['127.0.0.0/8'] });

const linkIn = (raw: string): string => /https?:\S+\/p\/[\w-]+/.exec(mailPart(raw, 'text/plain').body)?.[0] ?? '';

const ready = async (
  issuer: TestIssuer,
  orderNo: string,
  terminal: { channel: string; address: string; pin?: string },
) => {
  await issuer.placeVerified(orderNo, { terminal });
  expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }])).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  await file.mails.mailTo(terminal.address);
};

/** From a network of its own, so that its limit a minute is not met. */
const ask = async (n: number, orderNo: string, address: string) => {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': `192.0.2.${n}` };
  const body = JSON.stringify({ orderNo, address });
  expect((await fetch(`${file.platform.baseUrl}/p/lost`, { method: 'POST', headers, body })).status).toBe(202);
};

test('who knows number and address gets a new link there, and whoever asks hears the same', async () => {
  const issuer = await file.issuer();
  const terminal = { channel: 'email', address: 'ann@mail.example' };
  const { pickupUrl } = (await issuer.placeVerified('lost-1', { terminal })).body;
  expect((await issuer.submit('lost-1', [{ itemId: 'a', value: 'LOST-CODE' }])).status).toBe(201);
  await issuer.inState('lost-1', 'delivered');
  await file.mails.mailTo('ann@mail.example');
  const toBob = { channel: 'email', address: 'bob@mail.example' };
  const other = (await issuer.placeVerified('lost-2', { terminal: toBob })).body.pickupUrl;
  expect((await issuer.submit('lost-2', [{ itemId: 'a', value: 'BOBS-CODE' }])).status).toBe(201);
  await issuer.inState('lost-2', 'delivered');
  await file.mails.mailTo('bob@mail.example');
  const ask = (body: object, headers: Record<string, string> = {}) =>
    read(
      fetch(`${file.platform.baseUrl}/p/lost`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    );
  const answers = [
    await ask({ orderNo: 'lost-2', address: 'eve@mail.example' }),
    await ask({ orderNo: 'lost-9', address: 'ann@mail.example' }),
    await ask({ orderNo: 'LOST-1', address: ' Ann@Mail.example' }),
  ];
  expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(3).fill([202, { sentIfKnown: true }]));
  const link = linkIn((await file.mails.mailTo('ann@mail.example', 2)).raw);
  // Asked for before the mail that came: its link is the one that it had.
  expect((await fetch(other)).status).toBe(200);
  expect(file.mails.taken.filter(({ to }) => to[0] === 'bob@mail.example')).toHaveLength(1);
  expect(link).not.toBe(pickupUrl);
  expect(await (await reveal(link)).text()).toContain('LOST-CODE');
  expect((await fetch(pickupUrl)).status).toBe(404);
  expect(file.mails.taken.some(({ to }) => to[0] === 'eve@mail.example')).toBe(false);

  expectProblem(
    await ask({ orderNo: 'x', address: 'y@z' }, { origin: 'https://evil.example' }),
    403,
    'origin_forbidden',
  );
  const rest = [await ask({ orderNo: 'x', address: 'y@z' }), await ask({ orderNo: 'x', address: 'y@z' })];
  expect(rest.map(({ status }) => status)).toEqual([202, 202]);
  expectProblem(await ask({ orderNo: 'x', address: 'y@z' }), 429, 'rate_limited');
  expect(file.platform.logText()).not.toMatch(/ann@mail|eve@mail/i);
});

test('a dead link leads to the form, which needs no script', async () => {
  const dead = await fetch(`${file.platform.baseUrl}/p/nothing`, { headers: { accept: 'text/html' } });
  expect(await dead.text()).toContain('href="/p/lost"');
  const form = await (await fetch(`${file.platform.baseUrl}/p/lost`)).text();
  expect(form).toContain('<form class="reveal-form" method="post" action="/p/lost">');
});

test('five a day of an order, from wherever they are asked for: nobody is sent messages without end', async () => {
  const issuer = await file.issuer();
  await ready(issuer, 'lost-many', { channel: 'email', address: 'carl@mail.example' });
  await ready(issuer, 'lost-once', { channel: 'email', address: 'dora@mail.example' });
  for (let n = 1; n <= 5; n += 1) {
    await ask(n, 'lost-many', 'carl@mail.example');
    await file.mails.mailTo('carl@mail.example', n + 1);
  }
  const link = (await issuer.order('lost-many')).body.pickupUrl;
  for (let n = 6; n <= 9; n += 1) await ask(n, 'lost-many', 'carl@mail.example');
  await ask(10, 'lost-once', 'dora@mail.example');
  await file.mails.mailTo('dora@mail.example', 2);
  expect(file.mails.taken.filter(({ to }) => to[0] === 'carl@mail.example')).toHaveLength(6);
  expect((await fetch(link)).status).toBe(200);
});

test('one a day of an order with a PIN, whoever takes the count out of the database: each link has tries of its own', async () => {
  const issuer = await file.issuer();
  await ready(issuer, 'lost-pin', { channel: 'email', address: 'fred@mail.example', pin: '0471' });
  await ready(issuer, 'lost-no-pin', { channel: 'email', address: 'gina@mail.example' });
  const lock = async (url: string): Promise<number> => {
    let tries = 0;
    while ((await revealItems(url, { pin: '1111' })).status === 403) tries += 1;
    return tries;
  };
  expect(await lock((await issuer.order('lost-pin')).body.pickupUrl)).toBe(5);
  await ask(120, 'lost-pin', 'fred@mail.example');
  const link = linkIn((await file.mails.mailTo('fred@mail.example', 2)).raw);
  expect(await lock(link)).toBe(5);
  await file.platform.core.database.dayCounts.deleteMany({ _id: /^lost\// });
  await ask(121, 'lost-pin', 'fred@mail.example');
  await ask(122, 'lost-no-pin', 'gina@mail.example');
  await file.mails.mailTo('gina@mail.example', 2);
  expect(file.mails.taken.filter(({ to }) => to[0] === 'fred@mail.example')).toHaveLength(2);
  expect((await issuer.order('lost-pin')).body.pickupUrl).toBe(link);
});

test('the link of before is dead at once, so the mail with the new one comes also where the engine was away', async () => {
  const issuer = await file.issuer();
  const terminal = { channel: 'email', address: 'emil@mail.example' };
  await ready(issuer, 'lost-away', terminal);
  const { pickupUrl } = (await issuer.order('lost-away')).body;
  const away = jest.spyOn(file.platform.core.gateway, 'startAfterSale').mockResolvedValue('unavailable');
  await ask(99, 'lost-away', 'emil@mail.example');
  await until('the old link is dead', async () => (await fetch(pickupUrl)).status === 404);
  await until('it was tried', () => away.mock.calls.length > 0);
  away.mockRestore();
  await reconciledUntil(file.platform, 'it is begun', ({ afterSalesStarted }) => afterSalesStarted === 1);
  const link = linkIn((await file.mails.mailTo('emil@mail.example', 2)).raw);
  expect(await (await reveal(link)).text()).toContain('CODE-lost-away');
});
