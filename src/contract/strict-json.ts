import { visit } from 'jsonc-parser';
import { Failure, type FieldError } from '../domain/failures';
import { jsonPointer } from './json-pointer';
import { bodyInvalid } from './problem';

type Path = readonly (string | number)[];

/** Undefined: it is no flaw of one entry alone. */
export type PlaceInEntry = (path: Path) => { readonly at: number; readonly path: Path } | undefined;

export interface JsonInParts {
  readonly value: unknown;
  /** The first flaws of each entry. What no entry can be refused for alone is a flaw of the whole. @throws Failure `body_invalid` */
  readonly flawsByEntry: (placeOf: PlaceInEntry) => ReadonlyMap<number, readonly FieldError[]>;
}

/**
 * JSON as rule 10 of the protocol wants it: UTF-8, with or without a byte order mark, no duplicate keys, no NUL, no lone
 * surrogates, integers written as such. `JSON.parse` reads the values; the scan finds what it would swallow, with the
 * place of each.
 *
 * @throws Failure `body_malformed` when it is not JSON, `body_invalid` with the paths of what does not fit.
 */
export const parseStrictJson = (
  raw: Buffer,
  { integersOnly = true }: { integersOnly?: boolean | undefined } = {},
): unknown => {
  const { value, text } = readJson(raw);
  const flaws: FieldError[] = [];
  eachFlaw(text, integersOnly, (flaw, pathOf) => keep(flaws, flaw, pathOf));
  if (flaws.length > 0) throw bodyInvalid(flaws);
  return value;
};

/** As `parseStrictJson`, but what does not fit is asked for beside the value: one part of a body may be wrong alone. */
export const readStrictJson = (raw: Buffer): JsonInParts => {
  const { value, text } = readJson(raw);
  return {
    value,
    flawsByEntry: (placeOf) => {
      const entries = new Map<number, FieldError[]>();
      const ofWhole: FieldError[] = [];
      eachFlaw(text, true, (flaw, pathOf) => {
        if (ofWhole.length === flawsMax) return;
        const path = pathOf();
        const place = placeOf(path);
        const own = place ? (entries.get(place.at) ?? []) : ofWhole;
        if (place) entries.set(place.at, own);
        keep(own, flaw, () => place?.path ?? path);
      });
      if (ofWhole.length > 0) throw bodyInvalid(ofWhole);
      return entries;
    },
  };
};

type Flaw = Omit<FieldError, 'path'>;

/** As many as one refusal names. */
const flawsMax = 20;

/** Each of 20,000 values 64 levels deep may have a flaw: a place is made of those alone that somebody is told of. */
const keep = (flaws: FieldError[], flaw: Flaw, pathOf: () => Path): void => {
  if (flaws.length < flawsMax) flaws.push({ path: jsonPointer(pathOf()), ...flaw });
};

const readJson = (raw: Buffer): { readonly value: unknown; readonly text: string } => {
  if (hasTooManyElements(raw)) {
    throw bodyInvalid([{ path: '', code: 'too_many_elements', message: `must have at most ${elementsMax} elements` }]);
  }
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    value = JSON.parse(text);
  } catch {
    throw new Failure('body_malformed');
  }
  if (isTooDeep(text)) {
    throw bodyInvalid([{ path: '', code: 'too_deep', message: `must be at most ${depthLimit} levels deep` }]);
  }
  return { value, text };
};

/** Keys and values: the largest call names 10,000 items to be void. */
const elementsMax = 20_000;
const [quote, backslash, ...separators] = Buffer.from('"\\,[{');

/** Counted before anything is read: what comes of it costs many times as much. */
const hasTooManyElements = (raw: Buffer): boolean => {
  let elements = 0;
  let inString = false;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at];
    if (inString && byte === backslash) at += 1;
    else if (byte === quote) inString = !inString;
    else if (!inString && separators.includes(byte as number)) elements += 1;
    if (elements > elementsMax) return true;
  }
  return false;
};

const depthLimit = 64;

/** Counted before anything walks the tree: the scan below, the schemas and the engine's converters call themselves. */
const isTooDeep = (text: string): boolean => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString && char === '\\') at += 1;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '{' || char === '[')) depth += 1;
    else if (!inString && (char === '}' || char === ']')) depth -= 1;
    if (depth > depthLimit) return true;
  }
  return false;
};

const eachFlaw = (text: string, integersOnly: boolean, found: (flaw: Flaw, pathOf: () => Path) => void): void => {
  const keys: Set<string>[] = [];
  const checkText = (value: string, pathOf: () => Path): void => {
    if (value.includes('\0')) found({ code: 'nul', message: 'must not contain NUL' }, pathOf);
    if (!value.isWellFormed()) found({ code: 'lone_surrogate', message: 'must be well-formed Unicode' }, pathOf);
  };
  visit(text, {
    onObjectBegin: () => {
      keys.push(new Set());
    },
    onObjectEnd: () => {
      keys.pop();
    },
    onObjectProperty: (key, _offset, _length, _line, _character, path) => {
      const pathOf = () => [...path(), key];
      if (keys.at(-1)?.has(key)) found({ code: 'duplicate_key', message: 'must not be repeated' }, pathOf);
      keys.at(-1)?.add(key);
      checkText(key, pathOf);
    },
    onLiteralValue: (value: unknown, offset, length, _line, _character, path) => {
      if (typeof value === 'string') checkText(value, path);
      if (typeof value !== 'number') return;
      const written = text.slice(offset, offset + length);
      if (integersOnly && (!/^(0|-?[1-9]\d*)$/.test(written) || !Number.isSafeInteger(value))) {
        found(notAnInteger, path);
      }
    },
  });
};

const notAnInteger: Flaw = {
  code: 'not_an_integer',
  message: 'must be an integer without fraction or exponent, at most 9007199254740991; a string stands in quotes',
};
