import { visit } from 'jsonc-parser';
import { Failure, type FieldError } from '../domain/failures';
import { jsonPointer } from './json-pointer';
import { bodyInvalid } from './problem';

/**
 * JSON as rule 10 of the protocol wants it: UTF-8, with or without a byte order mark, no duplicate keys, no NUL, no lone
 * surrogates, integers written as such. `JSON.parse` reads the values; the scan finds what it would swallow, with the
 * place of each.
 *
 * @throws Failure `body_malformed` when it is not JSON, `body_invalid` with the paths of what does not fit.
 */
export const parseStrictJson = (raw: Buffer, options: { integersOnly?: boolean } = {}): unknown => {
  const { value, flaws } = readStrictJson(raw, options);
  if (flaws.length > 0) throw bodyInvalid(flaws.slice(0, errorLimit));
  return value;
};

/** As `parseStrictJson`, but what does not fit is told beside the value: one part of a body may be wrong alone. */
export const readStrictJson = (
  raw: Buffer,
  { integersOnly = true }: { integersOnly?: boolean | undefined } = {},
): { readonly value: unknown; readonly flaws: readonly FieldError[] } => {
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
  return { value, flaws: flawsOf(text, integersOnly) };
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
const errorLimit = 20;

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

const flawsOf = (text: string, integersOnly: boolean): FieldError[] => {
  const errors: FieldError[] = [];
  const keys: Set<string>[] = [];
  const found = (path: readonly (string | number)[], code: string, message: string): void => {
    errors.push({ path: jsonPointer(path), code, message });
  };
  const checkText = (value: string, path: readonly (string | number)[]): void => {
    if (value.includes('\0')) found(path, 'nul', 'must not contain NUL');
    if (!value.isWellFormed()) found(path, 'lone_surrogate', 'must be well-formed Unicode');
  };
  visit(text, {
    onObjectBegin: () => {
      keys.push(new Set());
    },
    onObjectEnd: () => {
      keys.pop();
    },
    onObjectProperty: (key, _offset, _length, _line, _character, path) => {
      const at = [...path(), key];
      if (keys.at(-1)?.has(key)) found(at, 'duplicate_key', 'must not be repeated');
      keys.at(-1)?.add(key);
      checkText(key, at);
    },
    onLiteralValue: (value: unknown, offset, length, _line, _character, path) => {
      if (typeof value === 'string') checkText(value, path());
      if (typeof value !== 'number') return;
      const written = text.slice(offset, offset + length);
      if (integersOnly && (!/^(0|-?[1-9]\d*)$/.test(written) || !Number.isSafeInteger(value))) {
        found(
          path(),
          'not_an_integer',
          'must be an integer without fraction or exponent, at most 9007199254740991; a string stands in quotes',
        );
      }
    },
  });
  return errors;
};
