import type { FieldError } from '../domain/failures';
import { bodyInvalid } from './problem';

/** As many as one refusal names. */
export const flawsMax = 20;

/** What no entry can be refused for alone is a flaw of the whole. @throws Failure `body_invalid` */
export const flawsByEntry = (flaws: readonly FieldError[]): ReadonlyMap<number, readonly FieldError[]> => {
  const entries = new Map<number, FieldError[]>();
  const ofWhole: FieldError[] = [];
  for (const flaw of flaws) {
    const [, at, path] = /^\/orders\/(\d+)(\/.*)$/s.exec(flaw.path) ?? [];
    if (at === undefined || path === undefined || path === '/orderNo') ofWhole.push(flaw);
    else entries.set(Number(at), [...(entries.get(Number(at)) ?? []), { ...flaw, path }]);
  }
  if (ofWhole.length > 0) throw bodyInvalid(ofWhole.slice(0, flawsMax));
  return entries;
};
