import { z } from 'zod';
import { issuerId, orderNo } from '../../contract/fields';
import type { Route } from '../../contract/route';
import type { Caller } from './caller';

// biome-ignore lint/suspicious/noExplicitAny: checked against the tool's own schema before it is read
export type Given = Readonly<Record<string, any>>;

export interface ReadTool {
  readonly kind: 'read';
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly read: (given: Given) => Promise<unknown>;
}

export interface Deed {
  /** For a person, who has to say yes: what exactly will be. */
  readonly effect: string;
  readonly run: () => Promise<{ readonly done: string; readonly answer: unknown }>;
}

export interface ActionTool {
  readonly kind: 'action';
  readonly name: string;
  readonly description: string;
  readonly isDangerous: boolean;
  /** Without reason and confirmation, which all have. */
  readonly input: z.ZodObject;
  /** @throws CannotTell when it cannot be done now. */
  readonly prepare: (given: Given, reason: string) => Promise<Deed>;
}

export type Tool = ReadTool | ActionTool;

const params: Readonly<Record<string, z.ZodType>> = { issuerId, orderNo };

/** The names in braces of a route's path, but for what the caller knows by itself. */
export const paramNames = ({ path }: Route): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));

export const paramSchemas = (route: Route, known: readonly string[] = []): Record<string, z.ZodType> =>
  Object.fromEntries(
    paramNames(route)
      .filter((name) => !known.includes(name))
      .map((name) => [name, params[name] ?? z.string().min(1).max(128)]),
  );

/** One call, or several about the same thing under a name each. */
export const readTool = (
  call: Caller,
  name: string,
  routes: Readonly<Record<string, Route>>,
  { description = '', known = [] }: { readonly description?: string; readonly known?: readonly string[] } = {},
): ReadTool => {
  const all = Object.values(routes);
  const fields = Object.assign({}, ...all.map((route) => paramSchemas(route, known)), ...all.map(queryFields));
  return {
    kind: 'read',
    name,
    description: [...all.map(({ summary }) => `${summary}.`), description].join(' ').trim(),
    input: z.strictObject(fields),
    read: async (given) => {
      const answers = await Promise.all(
        Object.entries(routes).map(async ([part, route]) => {
          const own = Object.keys(queryFields(route));
          const query = Object.fromEntries(Object.entries(given).filter(([field]) => own.includes(field)));
          return [part, await call(route, { params: given as Record<string, string>, query })] as const;
        }),
      );
      return Object.fromEntries(answers);
    },
  };
};

const queryFields = ({ query }: Route): Record<string, z.ZodType> =>
  query instanceof z.ZodObject ? (query.shape as Record<string, z.ZodType>) : {};
