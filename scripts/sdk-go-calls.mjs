import { createGoTypes, exported, goHead } from './sdk-go.mjs';
import { sdkShapes } from './sdk-shapes.mjs';

// `calls.go` of packages/go, laid out as gofmt does.
const keywords = new Set(['type', 'range', 'func', 'map', 'from']);
const parameter = (key) => (keywords.has(key) ? `${key}_` : key.replace(/Id$/, 'ID'));

function callLines(call) {
  const name = exported(call.name);
  const isNamed = call.pathParameters.includes('orderNo');
  const isEmpty = call.isEmpty;
  const parameters = [
    'ctx context.Context',
    ...call.pathParameters.map((key) => `${parameter(key)} string`),
    ...(call.bodyText && !isEmpty ? [`${call.isLines ? 'lines' : 'body'} ${call.bodyText}`] : []),
    ...(call.query.length > 0 ? [`query ${name}Query`] : []),
    'options ...CallOption',
  ];
  const path = call.path
    .split(/\{(\w+)\}/)
    .map((part, n) => (n % 2 === 0 ? JSON.stringify(part) : `url.PathEscape(${parameter(part)})`))
    .filter((part) => part !== '""')
    .join(' + ');
  const outer = [
    ...(call.type === undefined ? [] : [['Type', 'string', '`json:"type"`', JSON.stringify(call.type)]]),
    ...(isNamed && call.type !== undefined ? [['OrderNo', 'string', '`json:"orderNo"`', 'orderNo']] : []),
  ];
  const content =
    call.type === undefined
      ? 'body'
      : `struct {\n${[
          ...(outer.length > 1
            ? [`\t\tType    string \`json:"type"\``, `\t\tOrderNo string \`json:"orderNo"\``]
            : ['\t\tType string `json:"type"`']),
          ...(isEmpty ? [] : [`\t\t${call.bodyText}`]),
        ].join('\n')}\n\t}{${[...outer.map(([, , , value]) => value), ...(isEmpty ? [] : ['body'])].join(', ')}}`;
  const queryLines =
    call.query.length === 0
      ? []
      : [
          ...call.query.map(({ key, text }) =>
            text === 'string'
              ? `\tset(given, ${JSON.stringify(key)}, query.${exported(key)})`
              : text === 'int' || text === 'int64'
                ? `\tsetNumber(given, ${JSON.stringify(key)}, query.${exported(key)})`
                : `\tset(given, ${JSON.stringify(key)}, string(query.${exported(key)}))`,
          ),
        ];
  const fields = [
    ['method', JSON.stringify(call.method)],
    ['path', path],
    ...(call.query.length > 0 ? [['query', 'given']] : []),
    ...(call.isLines ? [['lines', 'lines']] : call.bodyText ? [['body', content]] : []),
    ...(call.isQueued ? [['isQueued', 'true']] : []),
    ...(call.isText ? [['isText', 'true']] : []),
  ];
  const oneLine = fields.every(([, value]) => !value.includes('\n'));
  const made = oneLine
    ? [`\tsent := request{${fields.map(([key, value]) => `${key}: ${value}`).join(', ')}}`]
    : [
        ...(call.bodyText ? [`\tcontent := ${content}`] : []),
        `\tsent := request{${fields.map(([key, value]) => `${key}: ${key === 'body' ? 'content' : value}`).join(', ')}}`,
      ];
  return [
    ...(call.query.length > 0
      ? [
          `// ${name}Query has the filters of ${name}; the zero value has none.`,
          `type ${name}Query struct {`,
          ...columns(call.query.map(({ key, text }) => [exported(key), text])),
          '}',
          '',
        ]
      : []),
    `// ${name}: ${call.summary}`,
    `func (c *Client) ${name}(${parameters.join(', ')}) (${call.isText ? '[]byte' : `*${call.answerText}`}, error) {`,
    ...(call.query.length > 0 ? ['\tgiven := url.Values{}', ...queryLines] : []),
    ...made,
    ...(call.isText
      ? ['\tvar answer []byte', '\terr := c.call(ctx, sent, &answer, options)', '\treturn answer, err']
      : [`\tanswer := new(${call.answerText})`, '\terr := c.call(ctx, sent, answer, options)', '\treturn answer, err']),
    '}',
    '',
  ];
}

const columns = (rows) => {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `\t${first.padEnd(width)} ${second}`);
};

export function goCalls(document) {
  const shapes = sdkShapes(document);
  const { calls } = createGoTypes(shapes);
  const isEmpty = (body) => shapes.types.find(({ name }) => name === body?.name)?.fields?.length === 0;
  return [
    ...goHead,
    'import (',
    '\t"context"',
    '\t"net/url"',
    ')',
    '',
    ...calls.flatMap((call) => callLines({ ...call, isEmpty: isEmpty(call.body) })),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}
