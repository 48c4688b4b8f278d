import type { FieldError } from '../domain/failures';
import { bodyInvalid } from './problem';

/** As many as one refusal names. */
const flawsMax = 20;

interface PlaceInEntry {
  readonly at: number;
  readonly path: string;
}

/** Of each the first ones. What no entry can be refused for alone is a flaw of the whole. @throws Failure `body_invalid` */
export const flawsByEntry = (
  flaws: readonly FieldError[],
  placeOf: (flaw: FieldError) => PlaceInEntry | undefined,
): ReadonlyMap<number, readonly FieldError[]> => {
  const entries = new Map<number, FieldError[]>();
  const ofWhole: FieldError[] = [];
  for (const flaw of flaws) {
    const place = placeOf(flaw);
    if (!place) {
      ofWhole.push(flaw);
      continue;
    }
    const own = entries.get(place.at) ?? [];
    entries.set(place.at, own);
    if (own.length < flawsMax) own.push({ ...flaw, path: place.path });
  }
  if (ofWhole.length > 0) throw bodyInvalid(ofWhole.slice(0, flawsMax));
  return entries;
};
