import { type Attack, marker } from './attack';

/** JSON whose keys and leaves are texts of the wire, so that anything can be written in their place. */
type Node =
  | { readonly kind: 'leaf'; text: string }
  | { readonly kind: 'list'; readonly items: Node[] }
  | { readonly kind: 'object'; readonly members: { key: string; value: Node }[] };

const nodeOf = (value: unknown): Node => {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf) };
  if (typeof value !== 'object' || value === null) return { kind: 'leaf', text: JSON.stringify(value) };
  const members = Object.entries(value).map(([key, inner]) => ({ key: JSON.stringify(key), value: nodeOf(inner) }));
  return { kind: 'object', members };
};

const written = (node: Node): string => {
  if (node.kind === 'leaf') return node.text;
  if (node.kind === 'list') return `[${node.items.map(written).join(',')}]`;
  return `{${node.members.map(({ key, value }) => `${key}:${written(value)}`).join(',')}}`;
};

const nested = (depth: number, open: string, close: string): string => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Texts of the wire in place of a value. */
const values: readonly string[] = [
  ...['null', 'true', 'false', '""', '[]', '{}', '0', '-0', '-1', '1.0', '1.5', '1e0', '1e999', '-1e-999'],
  ...['9007199254740991', '9007199254740992', '99999999999999999999999', '00', '01', '+1', '.5', '5.', '0x10', 'NaN'],
  ...['Infinity', 'undefined', "'x'", '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\x41"', '"a\u0001b"', '"\\'],
  ...['"\u202e"', '"\u2028"', '"\ufeff"', '"\u00e9"', '"e\u0301"', '"\ud83d\ude00"', `"${'\u0301'.repeat(300)}"`],
  ...[`"${marker}"`, `["${marker}"]`, `"${'x'.repeat(5_000)}"`, `"${'\u00fc'.repeat(2_000)}"`],
  ...['"../../etc/passwd"', '"%00"', '"\\r\\nx: y"', '"<script>"', '"=1+1"', '"$where"', '"{{7*7}}"'],
  ...[
    '{"$gt":""}',
    '{"$ne":null}',
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{}}}',
    '{"a":1,"a":2}',
  ],
  ...[nested(70, '[', ']'), nested(300, '{"a":', '}'), `[${'0,'.repeat(10_001)}0]`, `[${'{},'.repeat(300)}{}]`],
  ...[
    '"2026-02-30T00:00:00Z"',
    '"9999-12-31T23:59:59Z"',
    '"0000-01-01T00:00:00Z"',
    '"2026-01-01"',
    '"1970-01-01T00:00:00+99:99"',
  ],
  ...[
    '"EUR"',
    '"eur"',
    '"XXX"',
    '"https://"',
    '"javascript:alert(1)"',
    '"https://user@[::1]/"',
    '"file:///etc/passwd"',
  ],
];

const keys: readonly string[] = [
  '""',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"$set"',
  '"a.b"',
  '"\\u0000"',
  '"ID"',
  '0',
  'x',
];

/** What is wrong with the whole, not with a part. */
const wholes: readonly ((text: string) => string | Buffer)[] = [
  (text) => `\ufeff${text}`,
  (text) => `${text}${text}`,
  (text) => `${text},`,
  (text) => `${text}\u0000`,
  (text) => `[${text}]`,
  (text) => `/* ${marker} */${text}`,
  (text) => text.replace(/\}$/, ',}'),
  (text) => text.slice(0, text.length / 2),
  (text) => JSON.stringify(text),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]),
  (text) => Buffer.concat([Buffer.from([0xc0, 0x80]), Buffer.from(text)]),
  () => '',
  () => ' '.repeat(1_000),
  () => nested(60_000, '[', ']'),
  () => `{${Array.from({ length: 4_000 }, (_none, n) => `"k${n}":${n}`).join(',')}}`,
];

const membersOf = (node: Node): { key: string; value: Node }[] =>
  node.kind === 'object'
    ? [...node.members, ...node.members.flatMap(({ value }) => membersOf(value))]
    : node.kind === 'list'
      ? node.items.flatMap(membersOf)
      : [];
const objectsOf = (node: Node): { key: string; value: Node }[][] => {
  if (node.kind === 'leaf') return [];
  if (node.kind === 'list') return node.items.flatMap(objectsOf);
  return [node.members, ...node.members.flatMap(({ value }) => objectsOf(value))];
};

/** A right body with one to three things wrong in it, or as a whole. */
export const misshapen = (right: string, { below, pick }: Attack): Buffer => {
  if (below(8) === 0) return Buffer.from(pick(wholes)(right));
  const root = nodeOf(JSON.parse(right));
  for (let left = 1 + below(3); left > 0; left -= 1) {
    const [members, objects] = [membersOf(root), objectsOf(root)];
    if (members.length === 0 || objects.length === 0) break;
    const [member, object] = [pick(members), pick(objects)];
    switch (below(6)) {
      case 0:
        object.splice(below(object.length), 1);
        break;
      case 1:
        object.push({ key: pick(keys), value: { kind: 'leaf', text: pick(values) } });
        break;
      case 2: {
        const { key, value } = pick(members);
        object.push({ key, value: { kind: 'leaf', text: written(value) } });
        break;
      }
      case 3:
        member.key = pick(keys);
        break;
      default:
        member.value = { kind: 'leaf', text: pick(values) };
    }
  }
  return Buffer.from(written(root));
};

/** A right body with some bytes changed, lost, doubled or put in. */
export const garbled = (right: string, { below }: Attack): Buffer => {
  let bytes = Buffer.from(right);
  for (let left = 1 + below(4); left > 0 && bytes.length > 0; left -= 1) {
    const at = below(bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const middle = [[below(256)], [], [bytes[at] ?? 0, bytes[at] ?? 0], [bytes[at] ?? 0, below(256)]][below(4)] ?? [];
    bytes = Buffer.concat([before, Buffer.from(middle), after]);
  }
  return bytes;
};
