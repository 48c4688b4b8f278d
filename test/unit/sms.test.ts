import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGenericGateway } from '../../src/channels/sms/generic-gateway';
import { smsParts } from '../../src/channels/sms/parts';
import { partsMax, textOf } from '../../src/channels/sms/text';

/** GSM 03.38 and 03.40: 160 septets alone, 153 in a part; 70 units of UTF-16 alone, 67 in a part. */
test.each([
  ['nothing', '', 1],
  ['160 plain letters', 'a'.repeat(160), 1],
  ['one more', 'a'.repeat(161), 2],
  ['two full parts', 'a'.repeat(306), 2],
  ['one more than two full parts', 'a'.repeat(307), 3],
  ['80 euro signs, which count twice', '€'.repeat(80), 1],
  ['one more of them', '€'.repeat(81), 2],
  ['a pair that would be parted', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
  ['umlauts and Greek capitals of the alphabet', 'äöüßÄÖÜñÑàÅåÆæØøΔΦΓ'.repeat(8), 1],
  ['70 Chinese characters', '码'.repeat(70), 1],
  ['71 of them', '码'.repeat(71), 2],
  ['one foreign letter among 160', `${'a'.repeat(159)}ç`, 3],
  ['35 emoji, two units each', '🎫'.repeat(35), 1],
  ['an emoji that would be parted', `${'码'.repeat(66)}🎫${'码'.repeat(66)}`, 3],
])('%s', (_name, text, parts) => {
  expect(smsParts(text)).toBe(parts);
});

const pickupUrl = `https://codes.example/p/${'s'.repeat(43)}`;
const code = { itemId: 'a', value: 'CODE-1', secret: '0815', format: 'text' as const };
const of = (
  change: {
    name?: string;
    seller?: string;
    codes?: object[];
    codeInMessage?: boolean;
    language?: string;
    sms?: string;
  } = {},
) =>
  textOf({
    order: { issuerId: 'bar', orderNo: '1', product: { id: 'coffee', name: change.name ?? 'Coffee' } },
    codes: (change.codes ?? [code]) as (typeof code)[],
    pickupUrl,
    seller: {
      name: change.seller ?? 'Bean Bar',
      codeInMessage: change.codeInMessage ?? false,
      ...(change.sms === undefined ? {} : { branding: { displayName: 'Bean', messages: { en: { sms: change.sms } } } }),
    },
    terminal: { language: change.language },
  });

test('a text names seller and product, and has the whole link whatever they are called', () => {
  expect(of()).toBe(`Bean Bar: your code for Coffee: ${pickupUrl}`);
  expect(smsParts(of())).toBe(1);
  for (const name of ['x'.repeat(200), '咖啡'.repeat(100), 'a\nb\u2028c', 'a\u202eb\u2067c']) {
    const text = of({ name, seller: name });
    expect(text.endsWith(pickupUrl)).toBe(true);
    // Nor does a name turn the link round.
    expect(text).not.toMatch(/[\n\u2028\u202e\u2067]/);
    expect(smsParts(text)).toBeLessThanOrEqual(partsMax);
  }
});

test('it has the codes only where the issuer wants it, and where they fit', () => {
  expect(of()).not.toContain('CODE-1');
  expect(of({ codeInMessage: true })).toBe(`Bean Bar: your code for Coffee: CODE-1 PIN 0815 ${pickupUrl}`);
  const codes = Array.from({ length: 60 }, (_, n) => ({ ...code, value: `CODE-${n}` }));
  expect(of({ codeInMessage: true, codes })).toBe(`Bean Bar: your 60 codes for Coffee: ${pickupUrl}`);
});

test('codes that cannot fit are not written one after another to find that out', () => {
  let written = 0;
  const long = Object.defineProperty({ ...code, value: '🎫'.repeat(512) }, 'secret', {
    get: () => ({
      length: 512,
      [Symbol.toPrimitive]: () => {
        written += 1;
        return 'secret';
      },
    }),
  });
  const text = of({ codeInMessage: true, codes: Array.from({ length: 10_000 }, () => long) });
  expect(text).toBe(`Bean Bar: your 10000 codes for Coffee: ${pickupUrl}`);
  expect(written).toBe(0);
});

describe('a gateway', () => {
  const asked: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  let answer: (response: import('node:http').ServerResponse) => void;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const message = { id: 'cf_delivery_1', to: '+436641234567', text: 'hello' };
  const send = () =>
    createGenericGateway({ url, token: 'TOKEN' }, Date.now).send(message, new AbortController().signal);

  test('gets id, number and text, and the token', async () => {
    answer = (response) => response.writeHead(202).end('{"ok":true}');
    expect(await send()).toMatchObject({ isTaken: true, status: 202 });
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual(message);
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer TOKEN');
  });

  test.each([
    [400, true],
    [410, true],
    [422, true],
    [401, false],
    [404, false],
    [500, false],
    [302, false],
  ])('that answers %d: no further attempt can help: %p', async (status, isFinal) => {
    answer = (response) => response.writeHead(status, { location: url }).end();
    const before = asked.length;
    expect(await send()).toMatchObject({ isTaken: false, status, problem: `status_${status}`, isFinal });
    expect(asked.length).toBe(before + 1);
  });

  test('may ask for a later attempt', async () => {
    answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await send()).toMatchObject({ isTaken: false, isFinal: false, retryAfterMs: 7_000 });
  });

  test('that hangs up, or is not there, is a failed attempt', async () => {
    answer = (response) => response.destroy();
    expect(await send()).toMatchObject({
      isTaken: false,
      problem: 'reset',
      isFinal: false,
    });
    const nowhere = createGenericGateway({ url: 'http://127.0.0.1:9/' }, Date.now);
    expect(await nowhere.send(message, new AbortController().signal)).toMatchObject({ isTaken: false, isFinal: false });
  });

  test('whose answer never ends has taken it all the same', async () => {
    answer = (response) => response.writeHead(200).write('{"a":');
    expect(await send()).toMatchObject({ isTaken: true });
  });
});

test('a text speaks the buyer’s language, and the issuer’s own words with a whole link however long they become', () => {
  expect(of({ language: 'zh-CN' })).toBe(`Bean Bar：您的券码（Coffee）: ${pickupUrl}`);
  expect(of({ language: 'xx' })).toBe(of());
  expect(of({ sms: 'Hi! {codes}, {product} ({orderNo}) by {seller}' })).toBe(
    `Hi! your code, Coffee (1) by Bean Bar ${pickupUrl}`,
  );
  const long = of({ name: 'x'.repeat(200), sms: '{product}'.repeat(13) });
  expect(long.endsWith(` ${pickupUrl}`)).toBe(true);
  expect(smsParts(long)).toBeLessThanOrEqual(2);
});
