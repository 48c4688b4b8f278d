import { ar } from './ar';
import { en } from './en';
import type { PageWords } from './page-words';
import { zh } from './zh';

export type { PageWords };

/** By the subtag that a browser asks for; the first is what others get. */
const translations = { en, zh, ar } as const satisfies Record<string, PageWords>;

export const pageLanguages = Object.keys(translations);

export const isTranslated = (language: string): boolean =>
  Object.hasOwn(translations, language.toLowerCase().split('-')[0] ?? '');

/** In what the browser prefers among `pageLanguages`, or in the `lang` of some words. */
export const pageWords = (language: string | false | undefined): PageWords => {
  const subtag = (language || '').toLowerCase().split('-')[0] ?? '';
  return Object.hasOwn(translations, subtag) ? translations[subtag as keyof typeof translations] : en;
};
