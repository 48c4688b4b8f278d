declare const isCut: unique symbol;

/** What somebody wrote, without any value that gives a code away: nothing else is stored, audited or sent on. */
export type SaidText = string & { readonly [isCut]: true };

/** Of an address: below that a part of it may be any word. */
const lettersOfPartMin = 6;

/** Stands where something was cut. */
const mark = '…';

/** Of a code; below that it is cut as a whole word only, and so is a PIN of four digits. */
const lettersMin = 4;
/** From here on no word has a code in it by chance. */
const lettersOfLong = 8;

/** Pick-up links and links to an issuer's own page: whoever has one is let in. */
const link = /(\/p|\/issuer\/links)\/[\w-]{43,}/g;

/** Where no order is known whose codes it may hold. */
export const withoutLinks = (text: string): SaidText => text.replace(link, `$1/${mark}`) as SaidText;

interface Part {
  readonly start: number;
  readonly end: number;
}

/** Letters and digits alone, as small ones. */
const squeezed = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** And where in the text each of them stands. */
const squeezedParts = (text: string): { readonly units: string; readonly parts: readonly Part[] } => {
  const parts: Part[] = [];
  let units = '';
  let start = 0;
  for (const point of text) {
    const end = start + point.length;
    const added = squeezed(point);
    units += added;
    for (let n = 0; n < added.length; n += 1) parts.push({ start, end });
    start = end;
  }
  return { units, parts };
};

const isWordOnly = (units: string): boolean => units.length < lettersMin || /^\p{N}{4}$/u.test(units);

const words = [/\S+/gu, /[^\s\p{P}](?:\S*[^\s\p{P}])?/gu, /[\p{L}\p{N}]+/gu, /\p{N}{4,}/gu] as const;

const wordsAmong = (text: string, values: ReadonlySet<string>): Part[] =>
  words
    .flatMap((word) => [...text.matchAll(word)])
    .filter(([word]) => values.has(word))
    .map(({ 0: { length }, index: start }) => ({ start, end: start + length }));

/** Nobody who chooses codes or texts knows it. */
const base = (Math.floor(Math.random() * 2 ** 30) << 1) | 1;

const hashOf = (units: string): number => {
  let hash = 0;
  for (let n = 0; n < units.length; n += 1) hash = (Math.imul(hash, base) + units.charCodeAt(n)) | 0;
  return hash;
};

/** Where one of these, all of one length, stands: each letter is looked at once, however many there are. */
const placesOf = (text: string, values: ReadonlySet<string>, length: number): number[] => {
  const hashes = new Set([...values].map(hashOf));
  const places: number[] = [];
  let leaving = 1;
  for (let n = 1; n < length; n += 1) leaving = Math.imul(leaving, base);
  let hash = hashOf(text.slice(0, length));
  for (let at = 0; at + length <= text.length; at += 1) {
    if (hashes.has(hash) && values.has(text.slice(at, at + length))) places.push(at);
    hash = (Math.imul(hash - Math.imul(text.charCodeAt(at), leaving), base) + text.charCodeAt(at + length)) | 0;
  }
  return places;
};

/** A letter beside a letter, or a digit beside a digit. */
const goesOn = (text: string): boolean => /^(?:\p{L}\p{L}|\p{N}\p{N})$/u.test(text);

const standsAlone = (text: string, { start, end }: Part): boolean =>
  !goesOn(text.slice(Math.max(0, start - 1), start + 1)) && !goesOn(text.slice(end - 1, end + 1));

/** Each value, by its letters and digits alone. */
type Spelled = ReadonlyMap<string, string>;

const spellingsAmong = (text: string, values: Spelled): Part[] => {
  const { units, parts } = squeezedParts(text);
  const byLength = new Map<number, Map<string, string[]>>();
  for (const [value, spelled] of values) {
    if (isWordOnly(spelled) || spelled.length > units.length) continue;
    const same = byLength.get(spelled.length) ?? new Map<string, string[]>();
    byLength.set(spelled.length, same.set(spelled, [...(same.get(spelled) ?? []), value]));
  }
  return [...byLength].flatMap(([length, spelled]) =>
    placesOf(units, new Set(spelled.keys()), length).flatMap((at) => {
      const part = { start: parts[at]?.start ?? 0, end: parts[at + length - 1]?.end ?? 0 };
      const written = text.slice(part.start, part.end);
      const isExact = /\P{N}/u.test(written) && spelled.get(units.slice(at, at + length))?.includes(written);
      return length >= lettersOfLong || isExact || standsAlone(text, part) ? [part] : [];
    }),
  );
};

const address = /^(?:[a-z][a-z\d+.-]*:\/\/)?((?:[^\s/?#.]+\.)+[^\s/?#.]+([/?#].*))$/is;

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** Of a code that is an address people retype the end, or it without `https://`: who has that has the code. */
const partsOfAddress = (value: string): string[] => {
  const [, whole, tail = ''] = address.exec(value) ?? [];
  if (whole === undefined) return [];
  const [path = ''] = tail.split(/[?#]/, 1);
  const last = path.split('/').findLast((part) => part !== '');
  const parts = [...tail.matchAll(/([/?#&=])([^/?#&=]+)/g)]
    .filter(([, before, part = '']) => before === '=' || part === last || /\p{N}/u.test(part))
    .map(([, , part = '']) => decoded(part))
    .filter((part) => squeezed(part).length >= lettersOfPartMin);
  // Beside a code, what is small letters alone is a word of the address, such as redeem.
  const unlikeWords = parts.filter((part) => /[^a-z_.-]/.test(part));
  return [whole, ...(unlikeWords.length > 0 ? unlikeWords : parts)];
};

const spelledWithParts = (values: readonly string[]): Spelled =>
  new Map(values.flatMap((value) => [value, ...partsOfAddress(value)]).map((value) => [value, squeezed(value)]));

const cutOut = (text: string, parts: readonly Part[]): string => {
  let done = 0;
  let left = '';
  for (const { start, end } of [...parts].sort((a, b) => a.start - b.start)) {
    if (start >= done) left += `${text.slice(done, start)}${mark}`;
    done = Math.max(done, end);
  }
  return left + text.slice(done);
};

/**
 * Of an id, which is kept whole or not at all: it is one of these values, or holds one that is too long to be there by
 * chance. A till's number is not refused for a PIN.
 */
export const holdsValue = (id: string, given: readonly string[]): boolean => {
  const values = spelledWithParts(given);
  const long = new Map([...values].filter(([, spelled]) => spelled.length >= lettersOfLong));
  return values.has(id) || withoutLinks(id) !== id || spellingsAmong(id, long).length > 0;
};

/**
 * Without links, and without these values however they are spelled: codes are compared by letters and digits alone. It
 * takes as long as text and values are, times the lengths that the values have.
 */
export const withoutValues = (text: string, given: readonly string[]): SaidText => {
  const values = spelledWithParts(given);
  const short = new Set([...values].filter(([, spelled]) => isWordOnly(spelled)).map(([value]) => value));
  return withoutLinks(cutOut(text, [...wordsAmong(text, short), ...spellingsAmong(text, values)]));
};
