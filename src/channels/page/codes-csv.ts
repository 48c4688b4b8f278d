import type { Code } from '../../contract/code';
import { csvLine } from '../../contract/csv';

const columns = ['itemId', 'value', 'secret', 'format', 'expiresAt'] as const;

/** Called by the page's download. */
export const codesCsv = (codes: readonly Code[]): string =>
  [
    csvLine(columns),
    ...codes.map((code) =>
      csvLine(
        columns.map((column) => code[column]),
        false,
      ),
    ),
  ].join('');
