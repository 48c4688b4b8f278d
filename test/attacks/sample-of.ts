import { z } from 'zod';
import type { Route } from '../../src/contract/route';

type Schema = { readonly [keyword: string]: unknown };

const filled = (schema: Schema, definitions: Readonly<Record<string, Schema>>): unknown => {
  const inner = (given: unknown): unknown => filled(given as Schema, definitions);
  if (typeof schema.$ref === 'string') return inner(definitions[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if ('const' in schema) return schema.const;
  for (const list of ['enum', 'examples']) if (Array.isArray(schema[list])) return schema[list][0];
  for (const list of ['anyOf', 'oneOf', 'allOf']) if (Array.isArray(schema[list])) return inner(schema[list][0]);
  switch (schema.type) {
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
      return Object.fromEntries(properties.map(([key, value]) => [key, inner(value)]));
    }
    case 'array':
      return [inner(schema.items ?? {})];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return 'x'.repeat(Math.max(1, Number(schema.minLength ?? 1)));
  }
};

/** A body of the shape that a route declares, with all its fields; what two fields must be together it may not be. */
export const sampleOf = ({ body }: Route): unknown => {
  if (!body) return undefined;
  const [example] = (body.meta()?.examples ?? []) as object[];
  if (example !== undefined) return example;
  const { $defs = {}, ...schema } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return filled(schema as Schema, $defs as Record<string, Schema>);
};
