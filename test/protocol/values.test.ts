import { randomUUID } from 'node:crypto';
import { amount } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile();

const payment = (changes: Record<string, unknown> = {}) => ({
  type: 'order.payment',
  orderNo: 'values-1',
  product: { id: 'coffee', name: 'Coffee' },
  quantity: 1,
  amount,
  metadata: { note: 'x' },
  ...changes,
});

const pairs = (count: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]));
/** Written so that its JSON has exactly this many bytes. */
const metadataOfBytes = (bytes: number) => ({ k: 'x'.repeat(bytes - '{"k":""}'.length) });

describe('a payment request', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no orderNo', { orderNo: undefined }, '/orderNo'],
    ['an orderNo that begins with a dot', { orderNo: '.hidden' }, '/orderNo'],
    ['an orderNo with a slash', { orderNo: 'a/b' }, '/orderNo'],
    ['an orderNo with a space', { orderNo: 'a b' }, '/orderNo'],
    ['an orderNo beyond ASCII', { orderNo: 'bestellung-ü' }, '/orderNo'],
    ['an orderNo with a line end', { orderNo: 'a\n' }, '/orderNo'],
    ['an orderNo of 65', { orderNo: 'x'.repeat(65) }, '/orderNo'],
    ['an empty orderNo', { orderNo: '' }, '/orderNo'],
    ['an orderNo that is a number', { orderNo: 5 }, '/orderNo'],
    ['no product', { product: undefined }, '/product'],
    ['a product.id of 65', { product: { id: 'x'.repeat(65), name: 'n' } }, '/product/id'],
    ['an empty product.id', { product: { id: '', name: 'n' } }, '/product/id'],
    ['a product.name of 201', { product: { id: 'i', name: '🎫'.repeat(201) } }, '/product/name'],
    ['a product with more fields', { product: { id: 'i', name: 'n', price: 1 } }, '/product/price'],
    ['quantity 0', { quantity: 0 }, '/quantity'],
    ['quantity 10001', { quantity: 10_001 }, '/quantity'],
    ['a quantity that is text', { quantity: '1' }, '/quantity'],
    ['a quantity that is null', { quantity: null }, '/quantity'],
    ['no amount', { amount: undefined }, '/amount'],
    ['a negative amount', { amount: { value: -1, currency: 'EUR' } }, '/amount/value'],
    ['an amount that is text', { amount: { value: '10', currency: 'EUR' } }, '/amount/value'],
    ['a currency in small letters', { amount: { value: 1, currency: 'eur' } }, '/amount/currency'],
    ['a currency of four letters', { amount: { value: 1, currency: 'EURO' } }, '/amount/currency'],
    ['no currency', { amount: { value: 1 } }, '/amount/currency'],
    ['metadata with 51 pairs', { metadata: pairs(51) }, '/metadata'],
    ['metadata of 8193 bytes', { metadata: metadataOfBytes(8_193) }, '/metadata'],
    ['a metadata value that is a number', { metadata: { k: 1 } }, '/metadata/k'],
    ['metadata that is null', { metadata: null }, '/metadata'],
    ['a metadata list', { metadata: ['a'] }, '/metadata'],
    ['a terminal that is null', { terminal: null }, '/terminal'],
    ['a terminal without its channel', { terminal: {} }, '/terminal/channel'],
    ['an unknown channel', { terminal: { channel: 'fax' } }, '/terminal/channel'],
    ['a webhook without a url', { terminal: { channel: 'webhook' } }, '/terminal/url'],
    ['a page with a url', { terminal: { channel: 'page', url: 'https://example.com' } }, '/terminal/url'],
    ['a number that is not E.164', { terminal: { channel: 'sms', number: '0151 1234' } }, '/terminal/number'],
    ['an address that is none', { terminal: { channel: 'email', address: 'someone' } }, '/terminal/address'],
    ['a payment without an id', { payment: { payer: 'p' } }, '/payment/id'],
    ['a payment.id of 65', { payment: { id: 'x'.repeat(65) } }, '/payment/id'],
    ['a payment.payer of 65', { payment: { id: 'x', payer: 'x'.repeat(65) } }, '/payment/payer'],
    ['a payment.paidAt that is no time', { payment: { id: 'x', paidAt: '2026-13-01' } }, '/payment/paidAt'],
    [
      'a payment.paidAt of an offset that is none',
      { payment: { id: 'x', paidAt: '2026-01-01T00:00:00+99:99' } },
      '/payment/paidAt',
    ],
    ['a payment with more fields', { payment: { id: 'x', card: '4111' } }, '/payment/card'],
    ['a field that is not of it', { state: 'delivered' }, '/state'],
    ['another type', { type: 'order.codes' }, '/type'],
  ])('422 for %s', async (_what, changes, path) => {
    const issuer = await file.issuer();
    const answer = await issuer.post('/orders', payment(changes));
    expectProblem(answer, 422, 'body_invalid', path);
    expect((await issuer.get('/orders')).body.data).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['a fraction', '"quantity":1.0', '/quantity'],
    ['an exponent', '"quantity":1e2', '/quantity'],
    ['more than 9007199254740991', '"amount":{"value":9007199254740992,"currency":"EUR"}', '/amount/value'],
    ['a fraction in minor units', '"amount":{"value":10.5,"currency":"EUR"}', '/amount/value'],
    ['a key twice', '"quantity":1,"quantity":1', '/quantity'],
    ['a key twice, deep down', '"metadata":{"a":"1","a":"1"}', '/metadata/a'],
    ['NUL', '"metadata":{"a":"x\\u0000"}', '/metadata/a'],
    ['NUL in a key', '"metadata":{"a\\u0000":"x"}', '/metadata/a\0'],
    ['a lone surrogate', '"metadata":{"a":"\\ud83c"}', '/metadata/a'],
    ['two surrogates the wrong way round', '"metadata":{"a":"\\udfab\\ud83c"}', '/metadata/a'],
  ])('422 for %s', async (_what, part, path) => {
    const issuer = await file.issuer();
    const { type, orderNo, product } = payment();
    const rest = part.includes('"amount"') ? '' : `,"amount":${JSON.stringify(amount)}`;
    const raw = `{"type":"${type}","orderNo":"${orderNo}","product":${JSON.stringify(product)},${part}${rest}}`;
    expect(() => JSON.parse(raw)).not.toThrow();
    expectProblem(await issuer.post('/orders', null, { raw }), 422, 'body_invalid', path);
  });

  test.each(['{', '{"a":}', "{'a':1}", '{"a":1}x', '{"a":NaN}'])('400 for %j', async (raw) => {
    const issuer = await file.issuer();
    expectProblem(await issuer.post('/orders', null, { raw }), 400, 'body_malformed');
  });

  test('422 for none, at the path of the whole', async () => {
    const issuer = await file.issuer();
    const signed = `POST /v1/issuers/${issuer.issuerId}/orders`;
    expectProblem(await issuer.post('/orders', null, { raw: signed, sent: '' }), 422, 'body_invalid', '');
  });

  test.each<[string, Record<string, unknown>]>([
    ['an orderNo of every character', { orderNo: '~-_.AZaz09' }],
    ['an orderNo of 64', { orderNo: 'x'.repeat(64) }],
    ['an orderNo of one', { orderNo: '7' }],
    ['a product.name of 200 code points', { product: { id: '🎫'.repeat(64), name: '🎫'.repeat(200) } }],
    ['quantity 10000', { quantity: 10_000 }],
    ['amount 0', { amount: { value: 0, currency: 'JPY' } }],
    ['amount 9007199254740991', { amount: { value: Number.MAX_SAFE_INTEGER, currency: 'EUR' } }],
    ['50 pairs of metadata', { metadata: pairs(50) }],
    ['metadata of 8192 bytes', { metadata: metadataOfBytes(8_192) }],
    ['metadata keys that JavaScript knows', { metadata: { constructor: 'a', toString: 'b', hasOwnProperty: 'c' } }],
    ['metadata keys with dots and dollars', { metadata: { 'a.b': '1', $set: '2', '': '3' } }],
    ['a whole payment', { payment: { id: 'x'.repeat(64), paidAt: '2026-02-28T23:59:59Z', payer: 'y'.repeat(64) } }],
  ])('takes %s and gives it back as it was', async (_what, changes) => {
    const issuer = await file.issuer();
    const body = payment(changes);
    const placed = await issuer.post('/orders', body);
    expect({ status: placed.status, errors: placed.body.errors }).toEqual({ status: 201, errors: undefined });
    const read = (await issuer.order(body.orderNo)).body;
    const { product, quantity, amount: read1 } = body;
    expect(read).toMatchObject({ orderNo: body.orderNo, product, quantity, amount: read1 });
    const { data } = await issuer.message('order.paid', body.orderNo);
    expect(data).toMatchObject({ product, quantity, amount: read1, metadata: body.metadata });
    expect((await issuer.post('/orders', body)).status).toBe(200);
  });

  test('`__proto__` in metadata is a key like any other', async () => {
    const issuer = await file.issuer();
    const raw = JSON.stringify(payment({ metadata: {} })).replace('"metadata":{}', '"metadata":{"__proto__":"x"}');
    expect((await issuer.post('/orders', null, { raw })).status).toBe(201);
    const message = await issuer.message('order.paid', 'values-1');
    expect(message.raw).toContain('"metadata":{"__proto__":"x"}');
    expect((await issuer.post('/orders', payment({ metadata: {} }))).status).toBe(409);
    expect((await issuer.post('/orders', null, { raw })).status).toBe(200);
  });
});

describe('addresses', () => {
  const refused: string[] = [
    'http://example.com/',
    'http://93.184.216.34/',
    'ftp://example.com/',
    'example.com',
    '/relative',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://0.0.0.0/',
    'https://100.64.0.1/',
    'https://167772161/',
    'https://0x0a000001/',
    'https://012.0.0.1/',
    'https://10.1/',
    'https://[::1]/',
    'https://[fc00::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a00:1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[ff02::1]/',
    `https://example.com/${'x'.repeat(1_005)}`,
  ];
  const issuerBody = (changes: object) => ({
    issuerId: `addresses-${randomUUID()}`,
    name: 'x',
    callback: { kind: 'url', url: 'https://example.com/in' },
    codeMode: 'push',
    ...changes,
  });

  test.each(refused)('422 at the field for %s, as callback, preset terminal and terminal of an order', async (url) => {
    const create = (changes: object) => file.platform.operator('POST', '/issuers', issuerBody(changes));
    expectProblem(await create({ callback: { kind: 'url', url } }), 422, 'body_invalid', '/callback/url');
    expectProblem(await create({ terminal: { channel: 'webhook', url } }), 422, 'body_invalid', '/terminal/url');
    const issuer = await file.issuer();
    expectProblem(
      await issuer.place('address-1', { terminal: { channel: 'webhook', url } }),
      422,
      'body_invalid',
      '/terminal/url',
    );
    const changed = await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, {
      callback: { kind: 'url', url },
    });
    expectProblem(changed, 422, 'body_invalid', '/callback/url');
  });

  test.each([
    'https://example.com',
    'https://example.com:8443/path?query=1#fragment',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'http://127.0.0.1:9/inside-CALLBACK_ALLOW',
    `https://example.com/${'x'.repeat(1_004)}`,
  ])('taken: %s', async (url) => {
    const created = await file.platform.operator('POST', '/issuers', issuerBody({ callback: { kind: 'url', url } }));
    expect(created.status).toBe(201);
  });
});
