import { sdkShapes } from './sdk-shapes.mjs';

// `contract.go` of packages/go, as `npm run docs` writes it; laid out as gofmt does.
const initials = (name) => name.replace(/(Id|Url)(s?)(?=[A-Z]|$)/g, (_, word, many) => `${word.toUpperCase()}${many}`);
export const exported = (key) => initials(key.charAt(0).toUpperCase() + key.slice(1));
const constant = (value) =>
  value
    .split(/[^A-Za-z0-9]+/)
    .map((word) => exported(word))
    .join('');

export const goHead = [
  '// Made from openapi.json by `npm run docs`: change the contract instead.',
  '',
  'package codeferry',
  '',
];

export function createGoTypes({ types, messages, calls }) {
  const byName = new Map(types.map((type) => [type.name, type]));
  const needed = new Map();

  // Go has no unions: one struct has the fields of all.
  const merged = (name, members) => {
    const keys = [...new Set(members.flatMap(({ fields }) => fields.map(({ key }) => key)))];
    const fields = keys.map((key) => {
      const found = members.flatMap((member) => member.fields.filter((field) => field.key === key));
      const isText = found.every(({ type }) =>
        resolved(type).kind === 'literal' ? typeof resolved(type).values[0] === 'string' : type.kind === 'string',
      );
      const isSame = found.every(({ type }) => JSON.stringify(type) === JSON.stringify(found[0].type));
      const type = isSame ? found[0].type : { kind: isText ? 'string' : 'raw' };
      const isRequired = found.length === members.length && found.every((field) => field.isRequired);
      return { ...found[0], type, isRequired };
    });
    return { name, kind: 'object', fields };
  };

  const resolved = (type) => (type.kind === 'ref' ? byName.get(type.name) : type);

  const unionText = (members, name) => {
    const others = members.filter(({ kind }) => kind !== 'null');
    if (others.length < members.length) return `*${typeText(others[0], name)}`;
    const kinds = others.map((one) => resolved(one).kind);
    if (name && kinds.every((kind) => kind === 'object')) {
      need(merged(name, others.map(resolved)));
      return name;
    }
    return kinds.every((kind) => kind === 'string' || kind === 'literal') ? 'string' : 'any';
  };

  const need = (type) => {
    if (needed.has(type.name)) return;
    needed.set(type.name, undefined);
    needed.set(type.name, type.kind === 'object' ? objectLines(type) : enumLines(type));
  };

  function typeText(type, name) {
    if (type.kind === 'ref') {
      const known = byName.get(type.name);
      if (known.kind === 'union') return unionText(known.of, initials(type.name));
      need({ ...known, name: initials(known.name) });
      return initials(type.name);
    }
    if (type.kind === 'literal') return typeof type.values[0] === 'boolean' ? 'bool' : 'string';
    if (type.kind === 'list') return `[]${typeText(type.of)}`;
    if (type.kind === 'map') return `map[string]${typeText(type.of)}`;
    if (type.kind === 'union') return unionText(type.of, name);
    if (type.kind === 'integer') return type.isLarge ? 'int64' : 'int';
    return { string: 'string', number: 'float64', boolean: 'bool', raw: 'json.RawMessage', any: 'any' }[type.kind];
  }

  const fieldText = ({ type, isRequired, isNeverZero }) => {
    const text = typeText(type);
    if (isRequired || /^(\*|\[\]|map\[|any$|string$|json)/.test(text)) return text;
    const isEnum = resolved(type).kind === 'literal';
    return isEnum || (isNeverZero && /^int/.test(text)) ? text : `*${text}`;
  };

  // Columns as gofmt makes them; a comment begins new ones.
  const aligned = (rows) => {
    const lines = [];
    let run = [];
    const flush = () => {
      const widths = (run[0] ?? []).map((_, n) => Math.max(...run.map((row) => row[n].length)));
      for (const row of run)
        lines.push(`\t${row.map((cell, n) => (n === row.length - 1 ? cell : cell.padEnd(widths[n]))).join(' ')}`);
      run = [];
    };
    for (const row of rows) {
      if (typeof row === 'string') {
        flush();
        lines.push(`\t${row}`);
      } else run.push(row);
    }
    flush();
    return lines;
  };

  const objectLines = ({ name, fields, doc }) => {
    const rows = fields.flatMap((field) => [
      ...(field.doc ? [`// ${field.doc}`] : []),
      [exported(field.key), fieldText(field), `\`json:"${field.key}${field.isRequired ? '' : ',omitempty'}"\``],
    ]);
    if (rows.length === 0) return [`type ${name} struct{}`, ''];
    return [...(doc ? [`// ${name}: ${doc}`] : []), `type ${name} struct {`, ...aligned(rows), '}', ''];
  };

  const enumLines = ({ name, values }) => [
    `type ${name} string`,
    '',
    'const (',
    ...aligned(values.map((value) => [`${name}${constant(value)}`, name, `= ${JSON.stringify(value)}`])),
    ')',
    '',
  ];

  const texts = calls.map((call) => ({
    ...call,
    bodyText: call.isLines ? '[]byte' : call.body && typeText(call.body),
    answerText: call.isText ? '[]byte' : typeText(call.answer, `${exported(call.name)}Answer`),
    query: call.query.map((one) => ({ ...one, text: typeText(one.type) })),
  }));
  for (const { shape, answer } of messages) {
    const data = shape && byName.get(shape.name).fields.find(({ key }) => key === 'data').type;
    if (data) typeText(data);
    if (answer) typeText(answer);
  }
  typeText({ kind: 'ref', name: 'Problem' });
  return { lines: [...needed.values()].flat(), calls: texts };
}

export function goTypes(document) {
  const shapes = sdkShapes(document);
  const { lines } = createGoTypes(shapes);
  const events = shapes.messages.filter(({ isEvent }) => isEvent).map(({ type }) => `EventType${constant(type)}`);
  const longest = Math.max(...events.map((name) => name.length));
  return [
    ...goHead,
    'import "encoding/json"',
    '',
    ...lines,
    'var knownEvents = map[EventType]bool{',
    ...events.map((name) => `\t${name}:${' '.repeat(longest - name.length + 1)}true,`),
    '}',
    '',
  ].join('\n');
}
