import { en } from './en';
import type { PageWords } from './page-words';
import { zh } from './zh';

export type { PageWords };

/** By the subtag that a browser asks for; the first is what others get. */
const translations = { en, zh } as const satisfies Record<string, PageWords>;

export const pageLanguages = Object.keys(translations);

/** Called with what the browser prefers among `pageLanguages`. */
export const pageWords = (language: string | false | undefined): PageWords =>
  language && Object.hasOwn(translations, language) ? translations[language as keyof typeof translations] : en;
