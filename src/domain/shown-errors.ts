import type { UnreadField } from './messages';

const errorsMax = 10;

/** A field that no answer has may have any name, that of a code too: only a word without digits is told. */
export const shownErrors = (errors: readonly UnreadField[]): UnreadField[] =>
  errors.slice(0, errorsMax).map(({ path, code }) => ({
    path: path
      .split('/')
      .map((part) => (/^([0-9]{1,6}|[A-Za-z_-]{0,32})$/.test(part) ? part : '?'))
      .join('/'),
    code,
  }));
