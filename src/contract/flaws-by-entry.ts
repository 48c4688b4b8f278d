import type { FieldError } from '../domain/failures';
import { bodyInvalid } from './problem';

/** As many as one refusal names. */
export const flawsMax = 20;

interface PlaceInEntry {
  readonly at: number;
  readonly path: string;
}

/** What no entry can be refused for alone is a flaw of the whole. @throws Failure `body_invalid` */
export const flawsByEntry = (
  flaws: readonly FieldError[],
  placeOf: (flaw: FieldError) => PlaceInEntry | undefined,
): ReadonlyMap<number, readonly FieldError[]> => {
  const entries = new Map<number, FieldError[]>();
  const ofWhole: FieldError[] = [];
  for (const flaw of flaws) {
    const place = placeOf(flaw);
    if (!place) ofWhole.push(flaw);
    else entries.set(place.at, [...(entries.get(place.at) ?? []), { ...flaw, path: place.path }]);
  }
  if (ofWhole.length > 0) throw bodyInvalid(ofWhole.slice(0, flawsMax));
  return entries;
};
