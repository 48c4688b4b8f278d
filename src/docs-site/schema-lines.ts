/** As much of JSON Schema as the contract uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** What a named schema says, or an unnamed one itself. */
export const resolved = (schema: Schema, schemas: Schemas): Schema =>
  schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').pop() ?? ''] ?? {});

const depthMax = 3;

const range = (unit: string, min?: number, max?: number): string => {
  // The whole numbers that JSON can hold are no limit to anybody.
  const upper = max === Number.MAX_SAFE_INTEGER ? undefined : max;
  const lower = min === Number.MIN_SAFE_INTEGER ? undefined : min;
  if (lower === undefined && upper === undefined) return '';
  if (upper === undefined) return `, from ${lower}${unit}`;
  return lower === undefined ? `, up to ${upper}${unit}` : `, ${lower} to ${upper}${unit}`;
};

const kindOf = (schema: Schema, schemas: Schemas): string => {
  const { type, format, enum: values, items, oneOf, anyOf } = schema;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (oneOf ?? anyOf) return 'one of several shapes';
  if (type === 'array') {
    return `list of ${kindOf(resolved(items ?? {}, schemas), schemas)}${range(' entries', schema.minItems, schema.maxItems)}`;
  }
  if (type === 'string') return `${format ?? 'string'}${range(' characters', schema.minLength, schema.maxLength)}`;
  return `${type ?? 'anything'}${range('', schema.minimum, schema.maximum)}`;
};

/** The fields of a body as a list of Markdown, each with what it may be. */
export const fieldLines = (schema: Schema, schemas: Schemas, depth = 0): string[] => {
  const { properties = {}, required = [], oneOf, anyOf } = resolved(schema, schemas);
  const indent = '  '.repeat(depth);
  const shapes = oneOf ?? anyOf;
  if (shapes) {
    return shapes.flatMap((shape, n) => [
      `${indent}- ${n === 0 ? 'either' : 'or'}:`,
      ...(depth < depthMax ? fieldLines(shape, schemas, depth + 1) : []),
    ]);
  }
  return Object.entries(properties).flatMap(([name, field]) => {
    const known = resolved(field, schemas);
    const says = field.description ?? known.description;
    const line = `${indent}- \`${name}\`${required.includes(name) ? '' : '?'}: ${kindOf(known, schemas)}${says ? `: ${says}` : ''}`;
    const inner = known.type === 'array' ? resolved(known.items ?? {}, schemas) : known;
    return [line, ...(depth < depthMax ? fieldLines(inner, schemas, depth + 1) : [])];
  });
};

export const exampleBlock = (schema: Schema, schemas: Schemas): string => {
  const [example] = resolved(schema, schemas).examples ?? [];
  return example === undefined ? '' : `\n\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\`\n`;
};
