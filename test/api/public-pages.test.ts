import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { TestIssuer } from '../support/issuer';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';

const file = platformOfFile({ sealPayloads: true });
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await file.issuer();
});

const ask = (path: string, init: RequestInit = {}): Promise<Answer> =>
  read(fetch(`${file.platform.baseUrl}${path}`, init));

describe('health', () => {
  test('/healthz: the process runs', async () => {
    expect((await ask('/healthz')).body).toEqual({ status: 'ok' });
  });

  test('/readyz: database and engine are there', async () => {
    const { status, body } = await ask('/readyz');
    expect([status, body.status, body.parts.mongodb, body.parts.temporal]).toEqual([200, 'ready', 'ok', 'ok']);
  });

  test('/metrics: durations by route, and nobody’s data in a label', async () => {
    await issuer.place('ORDER-IN-METRICS');
    await issuer.order('ORDER-IN-METRICS');
    const { status, headers, body } = await ask('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(body).toMatch(
      /codeferry_http_request_seconds_count\{method="GET",route="\/v1\/issuers\/:issuerId\/orders\/:orderNo",status="200",issuer_class="push"\} [1-9]/,
    );
    for (const secret of ['ORDER-IN-METRICS', issuer.issuerId]) expect(body).not.toContain(secret);
  });
});

describe('/openapi.json', () => {
  interface Operation {
    operationId: string;
    tags: string[];
    security: object[];
    parameters: { name: string; in: string; schema: object }[];
    requestBody?: { content: Record<string, { schema: object }> };
    responses: Record<string, { description: string }>;
  }
  let document: {
    openapi: string;
    info: object;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object> };
  };
  let operations: [string, string, Operation][];
  beforeAll(async () => {
    document = (await ask('/openapi.json')).body;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
    );
  });

  test('is an OpenAPI 3.1 document whose parts fit together', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Codeferry', version: '1' });
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [method, path, { parameters, responses, operationId }] of operations) {
      expect([method, operationId]).toEqual([method, expect.stringMatching(/^[A-Za-z0-9]+$/)]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
      expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
      for (const { description } of Object.values(responses)) expect(description).toEqual(expect.stringMatching(/./));
    }
    const references = JSON.stringify(document).match(/"#\/components\/schemas\/\w+"/g) ?? [];
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references)
      expect(document.components.schemas).toHaveProperty(reference.slice(1, -1).split('/').at(-1) ?? '');
  });

  test('every schema in it is a valid JSON Schema, and takes and refuses what the api does', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    // Schemas point to each other within the document.
    const compile = (schema: object) => ajv.compile({ ...schema, components: document.components });
    for (const [, , { requestBody, parameters }] of operations) {
      for (const { schema } of Object.values(requestBody?.content ?? {})) expect(() => compile(schema)).not.toThrow();
      for (const { schema } of parameters) expect(() => compile(schema)).not.toThrow();
    }
    const schemaOf = (path: string) =>
      document.paths[path]?.post?.requestBody?.content['application/json']?.schema ?? {};
    const placing = compile(schemaOf('/v1/issuers/{issuerId}/orders'));
    const order = {
      type: 'order.payment',
      orderNo: 'A-1',
      product: { id: 'x', name: 'y' },
      amount: { value: 1, currency: 'EUR' },
    };
    expect(placing({ ...order, metadata: { a: 'b' } })).toBe(true);
    for (const change of [{ quantity: 0 }, { surprise: 1 }, { orderNo: 'a/b' }, { terminal: { channel: 'fax' } }]) {
      expect([change, placing({ ...order, ...change })]).toEqual([change, false]);
    }
    const problem = compile(document.components.schemas.Problem ?? {});
    expect(problem((await ask('/nowhere')).body)).toBe(true);
  });

  test('every call in it exists, and is guarded as it says', async () => {
    for (const [method, path, { security, tags }] of operations) {
      const { status, body } = await ask(path.replaceAll(/\{\w+\}/g, 'x'), { method: method.toUpperCase() });
      // Without credentials the sign-in takes a body, whose token is missing here; a buyer's link is its own credential.
      const open = method === 'post' ? 422 : 200;
      const ofAnybody = tags.includes('buyer') && path.includes('{') ? 404 : open;
      const expected = security.length === 0 ? ofAnybody : 401;
      expect([method, path, status]).toEqual([method, path, expected]);
      if (status === 401) {
        const isOperator = path.startsWith('/v1/operator');
        expect([path, body.code]).toEqual([path, isOperator ? 'operator_unauthorized' : 'signature_invalid']);
      }
    }
  });

  test('no call of the protocol is missing from it', () => {
    const has = operations.map(([method, path]) => `${method.toUpperCase()} ${path}`);
    const order = '/v1/issuers/{issuerId}/orders/{orderNo}';
    const operatorOrder = '/v1/operator/orders/{issuerId}/{orderNo}';
    const issuerPath = '/v1/operator/issuers/{issuerId}';
    expect(has).toEqual(
      expect.arrayContaining([
        'POST /v1/issuers/{issuerId}/orders',
        'GET /v1/issuers/{issuerId}/orders',
        `GET ${order}`,
        `GET ${order}/timeline`,
        ...['verification', 'codes', 'refusal', 'cancellation'].map((name) => `POST ${order}/${name}`),
        'POST /v1/issuers/{issuerId}/echo',
        'GET /v1/keys',
        'POST /v1/operator/issuers',
        'GET /v1/operator/issuers',
        ...['GET', 'PATCH', 'DELETE'].map((method) => `${method} ${issuerPath}`),
        ...['secret', 'pause', 'resume'].map((name) => `POST ${issuerPath}/${name}`),
        'GET /v1/operator/orders',
        ...['', '/timeline', '/why'].map((name) => `GET ${operatorOrder}${name}`),
        ...['renotify', 'redeliver', 'cancel', 'extend', 'void'].map((name) => `POST ${operatorOrder}/${name}`),
        'POST /v1/operator/batches',
        'GET /v1/operator/failures',
        'GET /v1/operator/audit',
      ]),
    );
  });

  test('/docs shows every call to a person, without a script', async () => {
    const { status, headers, body } = await ask('/docs');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    for (const page of ['calls', 'operator-calls']) expect(body).toContain(`href="docs/${page}"`);
    const calls = (await ask('/docs/calls')).body + (await ask('/docs/operator-calls')).body;
    for (const [, path] of operations) expect(calls).toContain(path);
    expect(calls).toContain('<code>signature_invalid</code>');
    expect(calls).not.toContain('`');
    expect((await ask('/docs/assets/docs.css')).status).toBe(200);
  });
});

describe('the codec endpoint', () => {
  const data = Buffer.from('{"orderNo":"A-1"}');
  const sealed = async () => {
    const [payload] = await file.platform.core.codec.encode([
      { metadata: { encoding: Buffer.from('json/plain') }, data },
    ]);
    const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
    return { metadata: { encoding: base64(payload?.metadata?.encoding) }, data: base64(payload?.data) };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const bySecret = '/codec/codec-secret-of-the-tests/decode';
  const byToken = () => ({ authorization: `Bearer ${file.platform.operatorToken}` });

  test('opens what the engine holds, for who has the secret of its address or the operator token', async () => {
    const body = { payloads: [await sealed()] };
    for (const answer of [await post(bySecret, body), await post('/codec/decode', body, byToken())]) {
      expect(answer.status).toBe(200);
      expect(Buffer.from(answer.body.payloads[0].data, 'base64')).toEqual(data);
      expect(Buffer.from(answer.body.payloads[0].metadata.encoding, 'base64').toString()).toBe('json/plain');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  test('and for nobody else', async () => {
    const body = { payloads: [await sealed()] };
    expectProblem(await post('/codec/codec-secret-of-the-testz/decode', body), 404, 'path_unknown');
    expectProblem(await post('/codec/x/decode', body), 404, 'path_unknown');
    expectProblem(await post('/codec/decode', body), 401, 'operator_unauthorized');
    expectProblem(await post('/codec/decode', body, { authorization: 'Bearer x' }), 401, 'operator_unauthorized');
  });

  test('seals nothing: there is no way to make a payload of ours', async () => {
    expectProblem(await post('/codec/codec-secret-of-the-tests/encode', { payloads: [] }), 404, 'path_unknown');
    expectProblem(await post('/codec/encode', { payloads: [] }, byToken()), 404, 'path_unknown');
  });

  test('a browser page of another origin may ask before it asks', async () => {
    const answer = await ask(bySecret, { method: 'OPTIONS', headers: { origin: 'http://127.0.0.1:8233' } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
  });

  test('what is not ours is a mistake of the asker', async () => {
    expectProblem(await post(bySecret, '{'), 400, 'body_malformed');
    expectProblem(await post(bySecret, { payloads: 1 }), 422, 'body_invalid', '/payloads');
    const { metadata } = await sealed();
    const foreign = { payloads: [{ metadata, data: Buffer.from('garbage').toString('base64') }] };
    expectProblem(await post(bySecret, foreign), 422, 'body_invalid', '/payloads');
    const plain = { payloads: [{ metadata: {}, data: Buffer.from('plain').toString('base64') }] };
    expect((await post(bySecret, plain)).body).toEqual(plain);
  });
});

describe('the pick-up page', () => {
  const headersOf = ({ headers }: Response | Answer) => ({
    csp: headers.get('content-security-policy'),
    referrer: headers.get('referrer-policy'),
    robots: headers.get('x-robots-tag'),
    cache: headers.get('cache-control'),
    sniff: headers.get('x-content-type-options'),
  });
  const safe = {
    csp: expect.stringMatching(/default-src 'none'/),
    referrer: 'no-referrer',
    robots: expect.stringContaining('noindex'),
    cache: 'no-store',
    sniff: 'nosniff',
  };

  test('keeps its link and its codes to itself, while it waits, once it shows them, and where there is none', async () => {
    const { body } = await issuer.placeVerified('page-1');
    const waiting = await fetch(body.pickupUrl);
    expect([waiting.status, headersOf(waiting)]).toEqual([200, safe]);
    expect(await waiting.text()).not.toContain('PAGE-CODE');
    await issuer.submit('page-1', [{ itemId: 'a', value: 'PAGE-CODE' }]);
    await issuer.inState('page-1', 'delivered');
    const shown = await reveal(body.pickupUrl);
    expect([shown.status, headersOf(shown)]).toEqual([200, safe]);
    const html = await shown.text();
    expect(html).toContain('PAGE-CODE');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/\son\w+=|style=/);

    const unknown = await ask('/p/no-such-secret-no-such-secret');
    expectProblem(unknown, 404, 'path_unknown');
    expect(headersOf(unknown)).toEqual(safe);
  });

  test("its policy allows no inline script, no frame around it, no other server's files", async () => {
    const { body } = await issuer.place('page-2');
    const csp = (await fetch(body.pickupUrl)).headers.get('content-security-policy') ?? '';
    expect(csp).toContain("script-src 'self'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).not.toMatch(/unsafe|\*|https?:/);
  });

  test('its stream tells each state once and the last one, then ends', async () => {
    const { body } = await issuer.placeVerified('page-3');
    const stream = await fetch(`${body.pickupUrl}/events`);
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(headersOf(stream)).toEqual(safe);
    const text = stream.text();
    await issuer.submit('page-3', [{ itemId: 'a', value: 'STREAM-CODE' }]);
    const told = [...(await text).matchAll(/^event: state\ndata: (.*)$/gm)].map(([, data]) => String(data));
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(new Set(told).size).toBe(told.length);
    expect(told.at(-1)).toContain('delivered');
  });

  test.each(['gift', 'reveal', 'refund', 'report'])('nobody reads what is sent to %s by no link', async (act) => {
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1.5}' };
    expectProblem(await ask(`/p/${'x'.repeat(43)}/${act}`, sent), 404, 'path_unknown');
  });

  test('of a large order it is shown, and followed, a few times a minute: each time costs by the number of codes, and its row is read for no other', async () => {
    const { pickupUrl } = (await issuer.place('page-large', { quantity: 10_000 })).body;
    const { orders } = file.platform.core.orderDeps;
    const rowsRead = [jest.spyOn(orders, 'findByPickup'), jest.spyOn(orders, 'find')];
    const statusOf = async (path: string) => (await fetch(`${pickupUrl}${path}`, { method: 'HEAD' })).status;
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, n) => statusOf(n % 2 === 0 ? '' : '/events')));
    const [shown, refused] = [200, 429].map((status) => statuses.filter((one) => one === status).length);
    expect([shown, refused]).toEqual([29, 11]);
    const unread = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1.5}' };
    for (const act of ['gift', 'reveal', 'refund', 'report']) {
      expectProblem(await read(fetch(`${pickupUrl}/${act}`, unread)), 429, 'rate_limited');
    }
    expect(rowsRead.map(({ mock }) => mock.calls.length)).toEqual([29, 0]);
    for (const read of rowsRead) read.mockRestore();
    expect((await fetch((await issuer.place('page-small')).body.pickupUrl)).status).toBe(200);
  });

  test('four streams of a link are open at once, and those of other links are not fewer; one that ends leaves its place', async () => {
    const [one, other] = [(await issuer.place('page-5')).body, (await issuer.place('page-6')).body];
    const open = async ({ pickupUrl }: { pickupUrl: string }) => {
      const ended = new AbortController();
      const { status, headers } = await fetch(`${pickupUrl}/events`, { signal: ended.signal });
      return { status, retryAfter: headers.get('retry-after'), end: () => ended.abort() };
    };
    const four = await Promise.all(Array.from({ length: 4 }, () => open(one)));
    expect(four.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await open(one)).toMatchObject({ status: 429, retryAfter: '5' });
    const elsewhere = await open(other);
    expect(elsewhere.status).toBe(200);
    four[0]?.end();
    const again = await until('a place is free', async () => {
      const stream = await open(one);
      return stream.status === 200 && stream;
    });
    for (const { end } of [...four, elsewhere, again]) end();
  });

  test('a reader who has gone while the link was looked up leaves no place taken', async () => {
    const { pickupUrl } = (await issuer.place('page-gone')).body;
    const { orders } = file.platform.core.orderDeps;
    const find = orders.findByPickup;
    const cutOff = () =>
      file.platform.logText().match(/"route":"\/p\/:secret\/events"[^\n]*"isCutOff":true/g)?.length ?? 0;
    const looked = jest.spyOn(orders, 'findByPickup');
    for (let n = 1; n <= 4; n += 1) {
      const before = cutOff();
      const reader = new AbortController();
      looked.mockImplementationOnce(async (hash) => {
        reader.abort();
        await until('the api sees that it has gone', () => cutOff() > before);
        return find(hash);
      });
      await expect(fetch(`${pickupUrl}/events`, { signal: reader.signal })).rejects.toThrow(/abort/i);
      await until('it was looked up', () => looked.mock.results.length === n && looked.mock.results[n - 1]?.value);
    }
    looked.mockRestore();
    const there = new AbortController();
    expect((await fetch(`${pickupUrl}/events`, { signal: there.signal })).status).toBe(200);
    there.abort();
  });

  test('an order that goes to another terminal has no page', async () => {
    const placed = await issuer.place('page-4', { terminal: { channel: 'webhook', url: 'https://terminal.example/' } });
    expect(placed.body).not.toHaveProperty('pickupUrl');
    expect((await issuer.order('page-4')).body).not.toHaveProperty('pickupUrl');
  });

  test('the link stands in no list, no timeline and no log', async () => {
    const { body } = await issuer.place('page-5');
    const secret = String(body.pickupUrl).split('/p/')[1] as string;
    expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
    await until('its timeline has the notice', async () => {
      const { data } = (await issuer.get('/orders/page-5/timeline')).body;
      expect(JSON.stringify(data)).not.toContain(secret);
      return data.length > 1;
    });
    expect(JSON.stringify((await issuer.get('/orders')).body)).not.toContain(secret);
    expect(file.platform.logText()).not.toContain(secret);
    expect(issuer.received.map(({ raw }) => raw).join()).not.toContain(secret);
  });
});
