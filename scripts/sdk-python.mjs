import { sdkShapes } from './sdk-shapes.mjs';

// `contract.py` and `calls.py` of packages/python, as `npm run docs` writes them.
const snake = (text) => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);
const parameter = (key) => (keywords.has(key) ? `${key}_` : snake(key));
const written = (value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value));

const words = { string: 'str', integer: 'int', number: 'float', boolean: 'bool', null: 'None', any: 'Any' };

function typeText(type) {
  if (type.kind === 'ref') return type.name;
  if (type.kind === 'literal') return `Literal[${type.values.map(written).join(', ')}]`;
  if (type.kind === 'list') return `List[${typeText(type.of)}]`;
  if (type.kind === 'map') return `Dict[str, ${typeText(type.of)}]`;
  if (type.kind === 'union') return `Union[${type.of.map(typeText).join(', ')}]`;
  return words[type.kind];
}

function fieldLines({ key, type, doc }) {
  return [`    ${key}: ${typeText(type)}`, ...(doc ? [`    ${written(`${doc}`)}`] : [])];
}

// A class cannot have a field that is a word of the language, or no word at all.
const isPlain = ({ key }) => /^[A-Za-z_]\w*$/.test(key) && !keywords.has(key);

function objectLines({ name, fields: all }) {
  const other = all.filter((field) => !isPlain(field));
  if (other.some(({ isRequired }) => isRequired)) throw new Error(`${name} has a field that Python cannot name`);
  const fields = all.filter(isPlain);
  if (other.length > 0) {
    const entries = other.map(({ key, type }) => `${written(key)}: ${written(typeText(type))}`);
    return [
      `_${name}Other = TypedDict("_${name}Other", {${entries.join(', ')}}, total=False)`,
      '',
      '',
      ...objectLines({ name: `_${name}Plain`, fields }),
      `class ${name}(_${name}Plain, _${name}Other):`,
      '    pass',
      '',
      '',
    ];
  }
  const required = fields.filter(({ isRequired }) => isRequired);
  const optional = fields.filter(({ isRequired }) => !isRequired);
  const block = (head, some) => [head, ...(some.length > 0 ? some.flatMap(fieldLines) : ['    pass']), '', ''];
  if (optional.length === 0) return block(`class ${name}(TypedDict):`, required);
  if (required.length === 0) return block(`class ${name}(TypedDict, total=False):`, optional);
  return [
    ...block(`class _${name}(TypedDict):`, required),
    ...block(`class ${name}(_${name}, total=False):`, optional),
  ];
}

function typeLines(type) {
  if (type.kind === 'object') return objectLines(type);
  return [`${type.name} = ${typeText({ ...type, name: undefined })}`, '', ''];
}

const head = [
  '# Made from openapi.json by `npm run docs`: change the contract instead.',
  'from __future__ import annotations',
  '',
];

export function pythonTypes(document) {
  const { types, messages } = sdkShapes(document);
  const events = messages.filter(({ isEvent }) => isEvent).map(({ type }) => type);
  return [
    ...head,
    'from typing import Any, Dict, FrozenSet, List, Literal, TypedDict, Union',
    '',
    '',
    ...types.flatMap(typeLines),
    'EVENT_TYPES: FrozenSet[str] = frozenset(',
    `    ${written(events)}`,
    ')',
    '',
  ].join('\n');
}

function callLines(call) {
  const given = call.body && (call.body.kind !== 'ref' || !call.isEmpty);
  const body = call.isLines ? ['lines: str'] : given ? [`body: ${qualified(call.body)}`] : [];
  const query = call.query.map(({ key, type }) => `${parameter(key)}: Optional[${qualified(type)}] = None`);
  const options = ['webhook_id: Optional[str] = None', 'within_s: Optional[float] = None'];
  const answer = call.isText ? 'str' : qualified(call.answer);
  const path = call.path.replace(/\{(\w+)\}/g, (_, key) => `{quote(${parameter(key)}, safe='')}`);
  const named = call.pathParameters.includes('orderNo') ? '"orderNo": order_no, ' : '';
  const content =
    call.type === undefined
      ? given
        ? 'body'
        : undefined
      : `{"type": ${written(call.type)}, ${named}${given ? '**body' : ''}}`;
  const passed = [
    written(call.method),
    `${path.includes('{') ? 'f' : ''}"${path}"`,
    ...(content ? [`body=${content}`] : []),
    ...(call.isLines ? ['lines=lines'] : []),
    ...(query.length > 0
      ? [`query={${call.query.map(({ key }) => `${written(key)}: ${parameter(key)}`).join(', ')}}`]
      : []),
    ...(call.isQueued ? ['is_queued=True'] : []),
    ...(call.isText ? ['is_text=True'] : []),
    'webhook_id=webhook_id',
    'within_s=within_s',
  ];
  const parameters = [
    'self',
    ...call.pathParameters.map((key) => `${parameter(key)}: str`),
    ...body,
    '*',
    ...query,
    ...options,
  ];
  return [
    `    def ${snake(call.name)}(`,
    ...parameters.map((one) => `        ${one},`),
    `    ) -> ${answer}:`,
    `        ${written(call.summary)}`,
    `        answer: ${answer} = self._call(`,
    ...passed.map((one) => `            ${one},`),
    '        )',
    '        return answer',
    '',
  ];
}

const typing = new Set(['Any', 'Dict', 'List', 'Literal', 'Union', 'None']);
const qualified = (type) =>
  typeText(type).replace(/\b([A-Z]\w+)\b/g, (name) => (typing.has(name) ? name : `c.${name}`));

export function pythonCalls(document) {
  const { calls, types } = sdkShapes(document);
  const isEmpty = (body) => types.find(({ name }) => name === body?.name)?.fields?.length === 0;
  return [
    ...head,
    'from typing import Any, Dict, List, Mapping, Optional, Union',
    'from urllib.parse import quote',
    '',
    'from . import contract as c',
    '',
    '',
    'class Calls:',
    '    """Each call of an issuer. `webhook_id`: kept beside your order, a call repeated after a crash is the same one."""',
    '',
    '    # Done by the client: signed, and repeated under the same id where that can help.',
    '    def _call(',
    '        self,',
    '        method: str,',
    '        path: str,',
    '        *,',
    '        body: Optional[Mapping[str, Any]] = None,',
    '        lines: Optional[str] = None,',
    '        query: Optional[Mapping[str, Any]] = None,',
    '        is_queued: bool = False,',
    '        is_text: bool = False,',
    '        webhook_id: Optional[str] = None,',
    '        within_s: Optional[float] = None,',
    '    ) -> Any:',
    '        raise NotImplementedError',
    '',
    ...calls.flatMap((call) => callLines({ ...call, isEmpty: isEmpty(call.body) })),
  ].join('\n');
}
