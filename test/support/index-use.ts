import type { CommandStartedEvent, Document } from 'mongodb';

/** One command as far as an index is concerned. */
export interface Query {
  readonly collection: string;
  readonly filter: Document;
  /** Compared with one value, or with each of some. */
  readonly equal: readonly string[];
  readonly range: readonly string[];
  /** Looked at row by row in any case, such as `$ne` and `{ $exists: false }`. */
  readonly looked: readonly string[];
  readonly sort: readonly (readonly [field: string, direction: number])[];
}

export interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, number>>;
  readonly unique?: boolean;
  readonly sparse?: boolean;
}

export interface Use {
  readonly index: string;
  /** Nothing is examined but what is asked for, and a limit ends it; false: what the index finds is filtered or sorted. */
  readonly isExact: boolean;
  readonly fields: number;
}

const ranges = ['$gt', '$gte', '$lt', '$lte'];

const kindOf = (value: unknown): 'equal' | 'range' | 'looked' => {
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return value === null ? 'looked' : 'equal';
  const operators = Object.keys(value);
  if (operators.length === 1 && (operators[0] === '$in' || operators[0] === '$eq')) return 'equal';
  if (operators.every((operator) => ranges.includes(operator))) return 'range';
  return (value as Document).$exists === true ? 'range' : 'looked';
};

/** What one and the same element of an array is asked for is asked of its field. */
const asFields = (filter: Document): Document =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([field, value]) =>
      typeof value === 'object' && value?.$elemMatch
        ? Object.entries(value.$elemMatch).map(([part, asked]) => [`${field}.${part}`, asked])
        : [[field, value]],
    ),
  );

const queryOf = (collection: string, given: Document = {}, sort: Document | Map<string, number> = {}): Query => {
  const filter = asFields(given);
  const fieldsOf = (kind: string) => Object.keys(filter).filter((field) => kindOf(filter[field]) === kind);
  const sorted = sort instanceof Map ? [...sort] : Object.entries(sort);
  return {
    collection,
    filter,
    equal: fieldsOf('equal'),
    range: fieldsOf('range'),
    looked: fieldsOf('looked'),
    sort: sorted,
  };
};

/** What a command looks for; an insert, or a command on no collection, looks for nothing. */
export const queriesOf = ({ commandName, command }: CommandStartedEvent): Query[] => {
  const collection: unknown = command[commandName];
  if (typeof collection !== 'string') return [];
  switch (commandName) {
    case 'find':
      return [queryOf(collection, command.filter, command.sort)];
    case 'findAndModify':
      return [queryOf(collection, command.query, command.sort)];
    case 'aggregate':
      return [queryOf(collection, command.pipeline[0].$match)];
    case 'update':
      return command.updates.map(({ q }: Document) => queryOf(collection, q));
    case 'delete':
      return command.deletes.map(({ q }: Document) => queryOf(collection, q));
    case 'insert':
    case 'getMore':
    case 'createIndexes':
      return [];
    default:
      throw new Error(`a command that index-use.ts does not know: ${commandName}`);
  }
};

export const textOf = ({ collection, equal, range, looked, sort }: Query): string =>
  [
    `${collection}:`,
    ...equal.map((field) => `${field} =`),
    ...range.map((field) => `${field} <`),
    ...looked.map((field) => `(${field})`),
    ...sort.map(([field, direction]) => `sort ${field} ${direction}`),
  ].join(' ');

/**
 * By the rules of MongoDB's manual ("The ESR rule", "Use indexes to sort query results", "Sparse indexes"): fields that are
 * compared with values first, then the sort in one direction, then a range. A sparse index is used only where the filter
 * leaves out all rows without its field. `$in` beside a sort is a merge of some walks of the same index.
 */
const useOf = (query: Query, { name, key, unique = name === '_id_', sparse = false }: Index): Use | undefined => {
  const fields = Object.keys(key);
  const asked = [...query.equal, ...query.range];
  if (sparse && !asked.includes(fields[0] as string)) return undefined;
  const firstOther = fields.findIndex((field) => !query.equal.includes(field));
  const equal = firstOther === -1 ? fields : fields.slice(0, firstOther);
  if (unique && equal.length === fields.length) return { index: name, isExact: true, fields: fields.length };
  const next = fields[equal.length];
  const ranged = next !== undefined && query.range.includes(next) ? [next] : [];
  const open = query.sort.filter(([field]) => !equal.includes(field));
  const directions = open.map(([field, direction], n) =>
    fields[equal.length + n] === field ? direction * (key[field] as number) : 0,
  );
  const isSorted = directions.every((direction) => direction !== 0 && direction === directions[0]);
  const isWalked = isSorted && open.length > 0;
  if (equal.length === 0 && ranged.length === 0 && !isWalked) return undefined;
  const isCovered =
    query.looked.length === 0 && asked.every((field) => equal.includes(field) || ranged.includes(field));
  return { index: name, isExact: isSorted && isCovered, fields: equal.length + ranged.length };
};

/** The best one first: an exact one, then the one that narrows most. */
export const usesOf = (query: Query, indexes: readonly Index[]): Use[] =>
  indexes
    .flatMap((index) => useOf(query, index) ?? [])
    .sort((a, b) => Number(b.isExact) - Number(a.isExact) || b.fields - a.fields);
