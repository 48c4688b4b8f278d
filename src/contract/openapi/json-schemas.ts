import { z } from 'zod';
import { terminal } from '../../channels/terminals';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What goes to the platform is told as strictly as it is read; what it sends may get fields at any time. */
export type Direction = 'to_platform' | 'from_platform';

/**
 * Makes JSON Schemas of the contract's, and collects those with a name. A name that is used both ways has two schemas, as
 * a default makes a field optional one way only: what goes to the platform is named `…Input`.
 */
export const createJsonSchemas = (offered: ReadonlySet<string>) => {
  const named = new Map<string, JsonSchema>();
  const made = { to_platform: new Map<z.ZodType, JsonSchema>(), from_platform: new Map<z.ZodType, JsonSchema>() };

  /** Many routes name the same schema, and each making is slow. */
  const schemaOf = (schema: z.ZodType, direction: Direction): JsonSchema => {
    const known = made[direction].get(schema);
    if (known) return known;
    const fresh = make(schema, direction);
    made[direction].set(schema, fresh);
    return fresh;
  };

  const make = (schema: z.ZodType, direction: Direction): JsonSchema => {
    const isInput = direction === 'to_platform';
    const nameOf = (id: string): string => (isInput ? `${id}Input` : id);
    const {
      $schema: _dialect,
      $defs = {},
      ...whole
    } = z.toJSONSchema(schema, {
      io: isInput ? 'input' : 'output',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        // Told in the refusal alone: what no value fits is no field.
        for (const [name, property] of Object.entries(jsonSchema.properties ?? {}))
          if (isNever(property)) delete jsonSchema.properties?.[name];
        if (zodSchema === terminal) jsonSchema.oneOf = jsonSchema.oneOf?.filter((one) => offered.has(channelOf(one)));
        if (isInput) return;
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      },
    });
    const renamed = (one: JsonSchema): JsonSchema =>
      JSON.parse(JSON.stringify(one), (key, value) =>
        key === '$ref' && typeof value === 'string'
          ? `#/components/schemas/${nameOf(value.replace('#/$defs/', ''))}`
          : value,
      );
    for (const [id, one] of Object.entries($defs)) named.set(nameOf(id), renamed(one as JsonSchema));
    return renamed(whole as JsonSchema);
  };

  return {
    schemaOf,
    components: (): Record<string, JsonSchema> => Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};

export type JsonSchemas = ReturnType<typeof createJsonSchemas>;

const isNever = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && 'not' in schema && JSON.stringify(schema) === '{"not":{}}';

/** Of terminals only those of the platform's own channels are told. */
const channelOf = ({ properties = {} }: JsonSchema): string =>
  String((properties.channel as { const?: unknown } | undefined)?.const);
