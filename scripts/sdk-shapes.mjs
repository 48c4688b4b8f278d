// What an issuer gets, sends and is answered, read from the contract for the packages of other languages: `types` by
// name, `messages` and `calls`. A shape that stands inline is named by its field, or by what holds it where that is
// taken; shapes that are equal are one type.
const issuerBase = '/v1/issuers/{issuerId}';
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const camel = (text) => text.replace(/[^A-Za-z0-9]+(.)?/g, (_, next) => (next ?? '').toUpperCase());
const nameOf = (text) => capital(camel(text));
const plural = (text) => text.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');

// Where the field's name says too little.
const better = {
  By: 'DecidedBy',
  CodeAnswerRefusedReason: 'RefusalReason',
  Error: 'Flaw',
  Event: 'TimelineEvent',
  FeedEvent: 'Event',
  Format: 'CodeFormat',
  Issuer: 'IssuerRecord',
  Kind: 'DifferenceKind',
  OrderCode: 'CodeCounts',
  OrderItem: 'ItemCounts',
  OrderClosingData: 'Closing',
  OrderCodeRequestedData: 'CodeRequest',
  OrderEventData: 'EventData',
  OrderPaidData: 'Paid',
  OrderVoidRequestedData: 'VoidRequested',
  PlaceOrderBodyTerminal: 'GivenTerminal',
  Reason: 'RefusalReason',
  Result: 'Acknowledgement',
  State: 'OrderState',
  Terminal: 'MaskedTerminal',
  TimelineDataDetail: 'AnswerFlaw',
  Type: 'EventType',
  VoidRequestAnswer: 'VoidAnswer',
  VoidRequestAnswerRefusedReason: 'VoidRefusalReason',
};
const bestName = (name) => better[name] ?? name.replace(/^VoidRequestAnswer/, 'VoidAnswer');

function createShapes(document) {
  const types = new Map();
  const namesByShape = new Map();
  const schemaNames = new Set(Object.keys(document.components.schemas).map((name) => name.replace(/Input$/, '')));

  // The free name for a shape, or that of the equal one; the contract's own names wait for theirs.
  const named = (candidates, type) => {
    const shape = JSON.stringify(type, (key, value) => (key === 'doc' ? undefined : value));
    const known = namesByShape.get(shape);
    if (known) return { kind: 'ref', name: known };
    const name = candidates.map(bestName).find((one) => !types.has(one) && !schemaNames.has(one));
    if (!name) throw new Error(`no name is free for ${candidates.join(', ')}`);
    types.set(name, { name, ...type });
    namesByShape.set(shape, name);
    return { kind: 'ref', name };
  };

  const referred = (ref) => {
    const schemaName = ref.split('/').at(-1);
    const name = schemaName.replace(/Input$/, '');
    schemaNames.delete(name);
    return shapeOf(document.components.schemas[schemaName], [name]);
  };

  const unionOf = (options, names) => {
    const name = names[0];
    const members = options.map((one) => {
      const mark = Object.values(one.properties ?? {}).find(({ const: value }) => typeof value === 'string')?.const;
      return shapeOf(
        one,
        names.map((given) => `${given}${nameOf(mark ?? '')}`).filter((given) => given !== name),
      );
    });
    const union = { kind: 'union', of: members };
    return members.every(({ kind }) => kind === 'ref') ? named(names, union) : union;
  };

  const objectOf = (schema, names, without) => {
    const fields = Object.entries(schema.properties ?? {})
      .filter(([key]) => !without.includes(key))
      .map(([key, field]) => ({
        key,
        type: shapeOf(
          field,
          key === 'data' ? [`${names[0]}Data`] : [nameOf(plural(key)), `${names[0]}${nameOf(plural(key))}`],
        ),
        isRequired: (schema.required ?? []).includes(key),
        isNeverZero: !(schema.required ?? []).includes(key) && (field.minimum ?? 0) > 0,
        doc: field.description,
      }));
    return named(names, { kind: 'object', fields, doc: schema.description });
  };

  function shapeOf(schema, names, without = []) {
    if (schema.$ref) return referred(schema.$ref);
    if (schema.const !== undefined) return { kind: 'literal', values: [schema.const] };
    if (schema.enum) return named(names, { kind: 'literal', values: schema.enum });
    const options = schema.oneOf ?? schema.anyOf;
    if (options) return unionOf(options, names);
    if (Array.isArray(schema.type))
      return { kind: 'union', of: schema.type.map((type) => shapeOf({ ...schema, type }, names)) };
    if (schema.type === 'array') return { kind: 'list', of: shapeOf(schema.items, names) };
    if (schema.type === 'object' && schema.properties && schema.additionalProperties !== true)
      return objectOf(schema, names, without);
    if (schema.type === 'object') {
      const values = schema.additionalProperties;
      return { kind: 'map', of: typeof values === 'object' ? shapeOf(values, names) : { kind: 'any' } };
    }
    if (schema.type === 'integer') return { kind: 'integer', isLarge: (schema.maximum ?? Infinity) > 2 ** 31 };
    return { kind: schema.type ?? 'any' };
  }

  return { types, shapeOf };
}

const jsonOf = (part) => part?.content?.['application/json']?.schema;

function messagesOf(document, shapeOf) {
  const messages = [];
  for (const [type, { post }] of Object.entries(document.webhooks)) {
    if (!post.tags.includes('to the issuer')) continue;
    const schema = jsonOf(post.requestBody);
    const isEvent = schema.properties?.data?.$ref?.endsWith('/OrderEventData') ?? false;
    const answer = jsonOf(post.responses['200']);
    messages.push({
      type,
      summary: post.summary,
      isEvent,
      shape: isEvent ? undefined : shapeOf(schema, [nameOf(post.operationId)]),
      answer: answer && shapeOf(answer, [`${nameOf(type.split('.').at(-1)).replace(/ed$/, '')}Answer`]),
    });
  }
  return messages;
}

function callOf(path, method, operation, shapeOf) {
  const schema = jsonOf(operation.requestBody);
  const name = operation.operationId;
  const own = ['type', 'orderNo'].filter((key) => key === 'type' || path.includes('{orderNo}'));
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  const queued = answers.find(([status, part]) => status === '202' && jsonOf(part)?.$ref?.endsWith('/Queued'));
  const given = answers.filter((one) => one !== queued).map(([, part]) => jsonOf(part));
  const [first, ...others] = given.map((part) => part && shapeOf(part, [`${nameOf(name)}Answer`]));
  const differ = others.some((other) => JSON.stringify(other) !== JSON.stringify(first));
  const isText = first === undefined;
  return {
    name,
    summary: operation.summary,
    method: method.toUpperCase(),
    path: path.slice(issuerBase.length),
    pathParameters: [...path.slice(issuerBase.length).matchAll(/\{(\w+)\}/g)].map(([, key]) => key),
    query: (operation.parameters ?? [])
      .filter(({ in: place }) => place === 'query')
      .map((one) => ({ key: one.name, type: shapeOf(one.schema, [nameOf(one.name)]) })),
    type: schema?.properties?.type?.const,
    body: schema && shapeOf(schema, [`${nameOf(name)}Body`], own),
    isLines: operation.requestBody?.content?.['application/x-ndjson'] !== undefined,
    isQueued: queued !== undefined,
    isText,
    answer: differ ? { kind: 'union', of: [first, ...others] } : first,
  };
}

export function sdkShapes(document) {
  const { types, shapeOf } = createShapes(document);
  const messages = messagesOf(document, shapeOf);
  const calls = Object.entries(document.paths)
    .filter(([path]) => path.startsWith(`${issuerBase}/`))
    .flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([method]) => method === 'get' || method === 'post')
        .map(([method, operation]) => callOf(path, method, operation, shapeOf)),
    );
  shapeOf({ $ref: '#/components/schemas/Problem' }, []);
  return { types: [...types.values()], messages, calls };
}
