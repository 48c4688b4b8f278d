import { readdirSync, readFileSync } from 'node:fs';
import { openApiDocument } from '../../src/contract/openapi/openapi';
import { breakingChanges, type Document } from './breaking-changes';

const read = (path: string): Document => JSON.parse(readFileSync(path, 'utf8'));
/** As it goes over the wire. */
const today: Document = JSON.parse(JSON.stringify(openApiDocument()));

/** What was changed on purpose, by the released version that it breaks, and told in the changelog. */
const agreed: Readonly<Record<string, readonly string[]>> = {
  'openapi-0.1.0.json': [
    'DELETE /v1/operator/issuers/{issuerId}?confirm: became required',
    'POST /v1/operator/orders/{issuerId}/{orderNo}/void: the body became required',
  ],
};

test('no schema has a list of types, but for null, as generators of clients take none', () => {
  const lists: string[] = [];
  JSON.stringify(today, (key, value) => {
    if (key === 'type' && Array.isArray(value) && value.filter((one) => one !== 'null').length > 1)
      lists.push(String(value));
    return value;
  });
  expect(lists).toEqual([]);
});

describe('a client of a released version', () => {
  const released = readdirSync(__dirname).filter((name) => /^openapi-.*\.json$/.test(name));

  test.each(released)('%s: what it relies on is there, as it was', (name) => {
    expect(breakingChanges(read(`${__dirname}/${name}`), today)).toEqual(agreed[name] ?? []);
  });

  const thing = {
    type: 'object',
    properties: {
      id: { type: 'string' },
      kind: { type: 'string', enum: ['a', 'b'] },
      parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } },
      price: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    },
    required: ['id'],
  };
  const before = {
    paths: {
      '/things': {
        post: {
          parameters: [{ name: 'dry', in: 'query', required: false }],
          requestBody: { required: false, content: { 'application/json': { schema: thing } } },
          responses: { 200: { content: { 'application/json': { schema: thing } } }, 409: {} },
        },
      },
    },
    webhooks: {
      'thing.made': {
        post: {
          requestBody: { required: true, content: { 'application/json': { schema: thing } } },
          responses: { 200: { content: { 'application/json': { schema: thing } } } },
        },
      },
    },
    components: { schemas: { Part: { type: 'object', properties: { n: { type: 'integer' } } } } },
  };
  // biome-ignore lint/suspicious/noExplicitAny: each case reaches into the document as it likes
  const changed = (change: (document: any) => void): string[] => {
    const now: typeof before = JSON.parse(JSON.stringify(before));
    change(now);
    return breakingChanges(before, now);
  };
  // biome-ignore lint/suspicious/noExplicitAny: the same
  const post = (document: any) => document.paths['/things'].post;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  const asked = (document: any) => post(document).requestBody.content['application/json'].schema;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  const answered = (document: any) => post(document).responses[200].content['application/json'].schema;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  const told = (document: any) => document.webhooks['thing.made'].post;

  // biome-ignore lint/suspicious/noExplicitAny: the same
  test.each<[string, (document: any) => void, string[]]>([
    ['a path', (d) => delete d.paths['/things'], ['POST /things: is gone']],
    ['a status', (d) => delete post(d).responses[409], ['POST /things 409: the answer is gone']],
    ['a parameter', (d) => post(d).parameters.pop(), ['POST /things?dry: the parameter is gone']],
    [
      'a parameter that is needed now',
      (d) => post(d).parameters.push({ name: 'confirm', in: 'query', required: true }),
      ['POST /things?confirm: became required'],
    ],
    [
      'a body that is needed now',
      (d) => {
        post(d).requestBody.required = true;
      },
      ['POST /things: the body became required'],
    ],
    ['a field of a request', (d) => delete asked(d).properties.kind, ['POST /things body/kind: the field is gone']],
    [
      'a field of a request that is needed now',
      (d) => asked(d).required.push('kind'),
      ['POST /things body/kind: became required'],
    ],
    [
      'a value of a request',
      (d) => asked(d).properties.kind.enum.pop(),
      ['POST /things body/kind: b is taken no more'],
    ],
    ['a field of an answer', (d) => delete answered(d).properties.id, ['POST /things 200/id: the field is gone']],
    [
      'a field of an answer that may be absent now',
      (d) => answered(d).required.pop(),
      ['POST /things 200/id: is not always given'],
    ],
    [
      'the type of a field',
      (d) => {
        answered(d).properties.id.type = 'integer';
      },
      ['POST /things 200/id: was string, is integer'],
    ],
    [
      'one of two types',
      (d) => answered(d).properties.price.anyOf.pop(),
      ['POST /things 200/price: the option 1 is gone or changed'],
    ],
    ['a message', (d) => delete d.webhooks['thing.made'], ['POST thing.made: is gone']],
    [
      'a field of a message',
      (d) => delete told(d).requestBody.content['application/json'].schema.properties.id,
      ['POST thing.made body/id: the field is gone'],
    ],
    [
      'a field of an answer to a message that is needed now',
      (d) => told(d).responses[200].content['application/json'].schema.required.push('kind'),
      ['POST thing.made 200/kind: became required'],
    ],
  ])('%s: is broken', (_what, change, found) => {
    expect(changed(change)).toEqual(found);
  });

  test('a field of what a name stands for: is broken wherever the name stands', () => {
    const found = changed((d) => delete d.components.schemas.Part.properties.n);
    expect(found).toHaveLength(4);
    expect(found).toContain('POST /things 200/parts/*/n: the field is gone');
  });

  // biome-ignore lint/suspicious/noExplicitAny: the same
  test.each<[string, (document: any) => void]>([
    ['a path', (d) => Object.assign(d.paths, { '/others': d.paths['/things'] })],
    ['a status', (d) => Object.assign(post(d).responses, { 201: {} })],
    ['a parameter', (d) => post(d).parameters.push({ name: 'more', in: 'query', required: false })],
    ['a field', (d) => Object.assign(asked(d).properties, { more: { type: 'string' } })],
    ['a value of an answer', (d) => answered(d).properties.kind.enum.push('c')],
    ['a field that is always given', (d) => answered(d).required.push('kind')],
  ])('%s more: nothing is broken', (_what, change) => {
    expect(changed(change)).toEqual([]);
  });
});
