import { createRequire } from 'node:module';
import { inProject } from './project.mjs';

const require = createRequire(import.meta.url);

// The types of packages/issuer, made from openapi.json: what an issuer sends, is answered and is sent. No second list.
const issuersPart = '/v1/issuers/{issuerId}';
const ordersPart = `${issuersPart}/orders/{orderNo}/`;

const withoutExamples = (value) => {
  if (Array.isArray(value)) return value.map(withoutExamples);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === 'examples' ? [] : [[key, withoutExamples(inner)]])),
  );
};

const jsonOf = ({ content } = {}) => content?.['application/json']?.schema;
const isQueued = (schema) => schema.$ref === '#/components/schemas/Queued';

// A queued answer is repeated by the client until it is judged.
const answerOf = ({ responses }) => {
  const schemas = Object.entries(responses).flatMap(([status, one]) => (status.startsWith('2') ? [jsonOf(one)] : []));
  const different = new Map(schemas.filter((one) => one && !isQueued(one)).map((one) => [JSON.stringify(one), one]));
  return different.size > 1 ? { anyOf: [...different.values()] } : [...different.values()][0];
};

const queryOf = ({ parameters = [] }) => {
  const asked = parameters.filter((one) => one.in === 'query');
  if (asked.length === 0) return undefined;
  const properties = asked.map(({ name, schema, description }) => [name, { description, ...schema }]);
  const required = asked.flatMap(({ name, required }) => (required ? [name] : []));
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false };
};

// Files have no schema in OpenAPI.
function linesOfFiles() {
  const { z } = require('zod');
  const { statementLine } = require(inProject('dist/src/contract/issuer/statements.js'));
  const { listedOrder } = require(inProject('dist/src/contract/issuer/reconciliations.js'));
  const shapes = { StatementLine: statementLine, ListedOrder: listedOrder };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const { $schema, ...schema } = z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any' });
      return [name, schema];
    }),
  );
}

const isPost = ([path, { post }]) => path.startsWith(ordersPart) && post !== undefined;

export async function issuerContract() {
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  const { openApiDocument } = require(inProject('dist/src/contract/openapi/openapi.js'));
  const document = withoutExamples(openApiDocument());
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    path.startsWith(issuersPart) ? Object.values(methods).filter((one) => one.operationId) : [],
  );
  const parts = Object.entries({
    ...Object.fromEntries(
      operations.flatMap((one) => [
        [`${one.operationId}.query`, queryOf(one)],
        [`${one.operationId}.body`, jsonOf(one.requestBody)],
        [`${one.operationId}.answer`, answerOf(one)],
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(document.webhooks).flatMap(([type, { post }]) => [
        [`${type}.message`, jsonOf(post.requestBody)],
        [`${type}.reply`, answerOf(post)],
      ]),
    ),
  }).filter(([, schema]) => schema !== undefined);

  const schemas = { ...Object.fromEntries(parts), ...linesOfFiles() };
  const addNamed = (value) => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (schemas[name]) continue;
      schemas[name] = document.components.schemas[name];
      addNamed(schemas[name]);
    }
  };
  for (const [, schema] of parts) addNamed(schema);

  const { openapi, info } = document;
  const types = astToString(
    await openapiTS({ openapi, info, paths: {}, components: { schemas } }, { defaultNonNullable: false }),
  );
  const from = types.indexOf('export interface components {');
  const to = types.indexOf('    responses: never;', from);
  const calls = Object.entries(document.paths)
    .filter(isPost)
    .map(([path, { post }]) => {
      const { properties } = jsonOf(post.requestBody);
      return { name: path.slice(ordersPart.length), operation: post.operationId, type: properties.type.const };
    });
  const quoted = (name) => (/^\w+$/.test(name) ? name : `'${name}'`);
  const wanted = Object.entries(document.webhooks).map(
    ([type]) => `  '${type}': components['schemas']['${type}.message'];`,
  );
  return [
    '// Made from openapi.json: npm run docs',
    `${types.slice(from, to)}}\n`,
    '/** Whatever the platform sends, by its type. */',
    `export interface Messages {\n${wanted.join('\n')}\n}\n`,
    '/** What an issuer says of one order, by the last part of the path: the operation, and the body’s type. */',
    'export const orderCalls = {',
    ...calls.map(({ name, operation, type }) => `  ${quoted(name)}: { operation: '${operation}', type: '${type}' },`),
    '} as const;\n',
  ].join('\n');
}
