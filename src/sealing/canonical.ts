import { types } from 'node:util';

/** Made by a literal, by JSON or by the database, whichever realm that is in. */
const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** Its fields by their names; those that are numbers come first, as in every object, and in MACs of before. */
export const inOrder = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The same text for the same values, whatever the order of their fields: what is absent or undefined leaves nothing. It is
 * their JSON, but that a time is told from its text, and bytes from theirs.
 */
export const canonicalText = (value: unknown): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) return `number(${value})`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (types.isDate(value)) return `date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString('base64')})`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isPlain(value)) return `${value.constructor.name}(${JSON.stringify(value)})`;
  const fields = Object.entries(inOrder(value)).filter(([, part]) => part !== undefined);
  return `{${fields.map(([name, part]) => `${JSON.stringify(name)}:${canonicalText(part)}`).join()}}`;
};
