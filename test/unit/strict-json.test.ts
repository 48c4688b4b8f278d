import type { JSONVisitor } from 'jsonc-parser';
import { jsonPointer } from '../../src/contract/json-pointer';
import { problemOf } from '../../src/contract/problem';
import { parseStrictJson, readStrictJson } from '../../src/contract/strict-json';
import { Failure } from '../../src/domain/failures';

jest.mock('../../src/contract/json-pointer', () => {
  const { jsonPointer: real } = jest.requireActual('../../src/contract/json-pointer');
  return { jsonPointer: jest.fn(real) };
});

const places = jest.fn();
const counted = (path: () => (string | number)[]) => () => {
  places();
  return path();
};
jest.mock('jsonc-parser', () => {
  const { visit } = jest.requireActual('jsonc-parser');
  return {
    visit: (text: string, { onObjectProperty, onLiteralValue, ...visitor }: JSONVisitor) =>
      visit(text, {
        ...visitor,
        onObjectProperty: (...given: Parameters<NonNullable<JSONVisitor['onObjectProperty']>>) => {
          const [key, offset, length, line, character, path] = given;
          onObjectProperty?.(key, offset, length, line, character, counted(path));
        },
        onLiteralValue: (...given: Parameters<NonNullable<JSONVisitor['onLiteralValue']>>) => {
          const [value, offset, length, line, character, path] = given;
          onLiteralValue?.(value, offset, length, line, character, counted(path));
        },
      }),
  };
});

const bytes = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);

const outcome = (text: string | Buffer, options?: { integersOnly?: boolean }): unknown => {
  try {
    return parseStrictJson(bytes(text), options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.code, ...(error.extras.errors ?? []).map(({ path, code }) => `${path} ${code}`)];
  }
};

test('what is plain JSON comes out as it stands', () => {
  const value = { a: [1, -2, true, null, 'ü', { b: 9_007_199_254_740_991 }], '': '😀', 'x/y~z': 'tab\tquote"' };
  expect(outcome(JSON.stringify(value))).toEqual(value);
});

describe('keys', () => {
  test.each([
    ['{"a":1,"a":1}', '/a duplicate_key'],
    ['{"a":{"b":[{"c":1,"d":2,"c":3}]}}', '/a/b/0/c duplicate_key'],
    ['[[{"x":1},{"x":1,"x":2}]]', '/0/1/x duplicate_key'],
    // The same key once spelled out and once escaped.
    ['{"ab":1,"a\\u0062":2}', '/ab duplicate_key'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__ duplicate_key'],
    ['{"":1,"":2}', '/ duplicate_key'],
  ])('%s is refused with its place', (text, error) => {
    expect(outcome(text)).toEqual(['body_invalid', error]);
  });

  test('the same key in two objects is no duplicate', () => {
    expect(outcome('{"a":{"k":1},"b":{"k":1},"k":[{"k":1},{"k":1}]}')).toMatchObject({ k: [{ k: 1 }, { k: 1 }] });
  });

  test('a place is a JSON Pointer: ~ is ~0 and / is ~1', () => {
    expect(outcome('{"a/b":{"~c":[0,{"d~/e":1.5}]}}')).toEqual(['body_invalid', '/a~1b/~0c/1/d~0~1e not_an_integer']);
  });

  test('a place whose keys are too long to name is told by the nearest around it', () => {
    const deep = (levels: number, inner: string): string =>
      levels === 0 ? inner : `{"${'k'.repeat(2_900)}":${deep(levels - 1, inner)}}`;
    expect(outcome(`{"a":[${deep(60, '[1.5,2.5]')},0.5]}`)).toEqual([
      'body_invalid',
      '/a/0 not_an_integer',
      '/a/0 not_an_integer',
      '/a/1 not_an_integer',
    ]);
    expect(outcome(`{"${'k'.repeat(500)}":1.5}`)).toEqual(['body_invalid', `/${'k'.repeat(500)} not_an_integer`]);
  });

  test('`__proto__` is a key like any other and changes no prototype', () => {
    const value = outcome('{"__proto__":{"polluted":1},"constructor":2}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(value.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('of the most flaws that limits of depth, elements and keys together leave room for', () => {
  const nested = (levels: number, key: string, inner: string) =>
    `${`{"${key}":`.repeat(levels)}${inner}${'}'.repeat(levels)}`;
  const many = (what: string, n = 19_800) => Array(n).fill(what).join();
  const pointers = jest.mocked(jsonPointer);

  beforeEach(() => {
    pointers.mockClear();
    places.mockClear();
  });

  test.each([
    ['numbers', `[${many('1.5')}]`],
    ['repeated keys', `{${many('"":1', 9_900)}}`],
    ['texts', `[${many('"\\u0000\\ud800"')}]`],
    ['keys', `{${many('"\\u0000\\ud800":1', 9_900)}}`],
    ['flaws of all kinds', `[${many('{"":1,"\\u0000":1.5}', 4_900)}]`],
  ])('the places of twenty %s are made', (_what, inner) => {
    for (const [levels, key] of [
      [0, ''],
      [60, '~~/~~/~'],
      [1, 'k'.repeat(100_000)],
    ] as const) {
      expect(outcome(nested(levels, key, inner))).toHaveLength(21);
      expect(pointers).toHaveBeenCalledTimes(20);
      expect(places).toHaveBeenCalledTimes(20);
      pointers.mockClear();
      places.mockClear();
    }
  });

  test('none is made where nothing is wrong', () => {
    outcome(nested(60, '~~/~~/~', `{${Array.from({ length: 9_800 }, (_, n) => `"${n}":"${n}"`)}}`));
    expect(places).not.toHaveBeenCalled();
  });

  test('in parts, those of twenty of each part are made, and one of the whole is found behind them all', () => {
    const entry = nested(58, '~~/~~/~', `[${many('1.5', 6_000)}]`);
    const flawsOf = (last: string) => {
      const json = readStrictJson(bytes(`{"list":[${entry},${entry},${entry}],"last":${last}}`));
      return json.flawsByEntry(([list, at, ...path]) => (list === 'list' ? { at: Number(at), path } : undefined));
    };
    expect([...flawsOf('1').values()].map((flaws) => flaws.length)).toEqual([20, 20, 20]);
    expect(pointers).toHaveBeenCalledTimes(60);
    expect(() => flawsOf('1.5')).toThrow(
      expect.objectContaining({
        extras: { errors: [{ path: '/last', code: 'not_an_integer', message: expect.any(String) }] },
      }),
    );
  });
});

test('a flaw of one part is told with its place in that part, and the first twenty of it are', () => {
  const flaws = readStrictJson(bytes(`[[${Array(20_000 - 10).fill('1.5')}]]`)).flawsByEntry(([at, ...path]) => ({
    at: Number(at),
    path,
  }));
  expect(flaws.get(0)?.map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, n) => `/${n}`));
});

describe('numbers', () => {
  test.each([
    '1.0',
    '1.5',
    '1e3',
    '1E3',
    '-0',
    '0.0',
    '1e400',
    '-1e400',
    '9007199254740992',
    '-9007199254740992',
    '1'.repeat(400),
  ])('%s is no integer that both sides read alike', (text) => {
    expect(outcome(`{"n":${text}}`)).toEqual(['body_invalid', '/n not_an_integer']);
  });

  test.each([
    ['0', 0],
    ['-1', -1],
    ['9007199254740991', 9_007_199_254_740_991],
    ['-9007199254740991', -9_007_199_254_740_991],
  ])('%s is one', (text, value) => {
    expect(outcome(`{"n":${text}}`)).toEqual({ n: value });
  });

  test('where any JSON may come, numbers may be any', () => {
    expect(outcome('{"n":[1.5,1e3,-0.5]}', { integersOnly: false })).toEqual({ n: [1.5, 1_000, -0.5] });
  });
});

describe('text', () => {
  test.each([
    ['a NUL', '{"a":"x\\u0000y"}', '/a nul'],
    ['a NUL in a key', '{"x\\u0000":1}', '/x\0 nul'],
    ['a lone high surrogate', '{"a":["\\ud83d"]}', '/a/0 lone_surrogate'],
    ['a lone low surrogate', '{"a":"\\udc00 after"}', '/a lone_surrogate'],
    ['surrogates in the wrong order', '{"a":"\\ude00\\ud83d"}', '/a lone_surrogate'],
    ['a lone surrogate in a key', '{"k\\ud800":1}', '/k\ud800 lone_surrogate'],
  ])('%s is refused', (_what, text, error) => {
    expect(outcome(text)).toEqual(['body_invalid', error]);
  });

  test('a pair of surrogates in escapes is one character', () => {
    expect(outcome('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '😀' });
  });

  test('a byte order mark is skipped', () => {
    expect(outcome(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes('{"a":1}')]))).toEqual({ a: 1 });
  });

  test.each([
    ['an invalid byte', Buffer.concat([bytes('{"a":"'), Buffer.from([0xff]), bytes('"}')])],
    ['an overlong form', Buffer.concat([bytes('{"a":"'), Buffer.from([0xc0, 0xaf]), bytes('"}')])],
    ['a surrogate written as UTF-8', Buffer.concat([bytes('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), bytes('"}')])],
    ['a cut character', Buffer.concat([bytes('{"a":"'), Buffer.from([0xf0, 0x9f, 0x98]), bytes('"}')])],
    ['a second byte order mark', Buffer.concat([bytes('\ufeff\ufeff'), bytes('{}')])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['nothing', Buffer.alloc(0)],
    ['a comment', bytes('{"a":1 /* x */}')],
    ['a trailing comma', bytes('{"a":1,}')],
    ['a leading zero', bytes('{"a":01}')],
    ['NaN', bytes('{"a":NaN}')],
    ['single quotes', bytes("{'a':1}")],
    ['a raw newline in a string', bytes('{"a":"\n"}')],
    ['two values', bytes('{}{}')],
    ['a cut end', bytes('{"a":[1')],
  ])('%s is not JSON', (_what, raw) => {
    expect(outcome(raw)).toEqual(['body_malformed']);
  });
});

describe('depth', () => {
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const arrays = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  test.each([
    ['objects', objects],
    ['arrays', arrays],
  ])('64 levels of %s are read, 65 are not', (_what, make) => {
    expect(JSON.stringify(outcome(make(64)))).toBe(make(64));
    expect(outcome(make(65))).toEqual(['body_invalid', ' too_deep']);
  });

  test('as many levels as fit a body are refused, and bring nothing down', () => {
    expect(outcome(arrays(19_000))).toEqual(['body_invalid', ' too_deep']);
    expect(outcome(arrays(131_000))).toEqual(['body_invalid', ' too_many_elements']);
    expect(outcome(`{"a":${arrays(131_000)}}`)).toEqual(['body_invalid', ' too_many_elements']);
    expect(outcome(objects(43_000))).toEqual(['body_invalid', ' too_many_elements']);
  });

  test('all items of the largest order can be named in one body', () => {
    const value = { type: 'order.void', itemIds: Array.from({ length: 10_000 }, (_, n) => String(n)) };
    expect(outcome(JSON.stringify(value))).toEqual(value);
  });

  test('brackets inside strings are text', () => {
    const value = { a: `"${'[{'.repeat(100)}\\"`, ['{'.repeat(100)]: '\\' };
    expect(outcome(JSON.stringify(value))).toEqual(value);
  });
});

test('a body of flaws is answered with a bounded list of places, and never with a value', () => {
  const text = `{${Array.from({ length: 500 }, (_, n) => `"k${n}":["SECRET-CODE\\u0000",${n}.5]`).join()}}`;
  expect.assertions(2);
  try {
    parseStrictJson(bytes(text));
  } catch (error) {
    const problem = problemOf(error as Failure, 'request-1');
    expect(problem.errors?.length).toBe(20);
    expect(JSON.stringify(problem)).not.toContain('SECRET');
  }
});
