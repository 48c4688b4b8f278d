import type { Code } from '../../contract/code';

const columns = ['itemId', 'value', 'secret', 'format', 'expiresAt'] as const;

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
const cell = (value: string | undefined): string => {
  if (value === undefined) return '';
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Called by the page's download. */
export const codesCsv = (codes: readonly Code[]): string =>
  [columns.join(','), ...codes.map((code) => columns.map((column) => cell(code[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');
