const columnGap = '  ';

/** Names and details come from issuers: nothing in them may steer the terminal that shows them. */
export const plain = (value: unknown): string =>
  value === undefined || value === null || value === ''
    ? '-'
    : String(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '�');

const widthOf = (text: string): number => [...text].length;
const padded = (text: string, width: number): string => text + ' '.repeat(width - widthOf(text));

/** Columns as wide as what is in them; the last one is not filled up. */
export const table = (heads: readonly string[], rows: readonly (readonly unknown[])[]): string => {
  const cells = [heads, ...rows.map((row) => row.map(plain))];
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join(columnGap)
        .trimEnd(),
    )
    .join('\n');
};

/** One thing, a line for each of its facts; those that it does not have are left out. */
export const facts = (pairs: readonly (readonly [string, unknown])[]): string => {
  const shown = pairs.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}${columnGap}${plain(value)}`).join('\n');
};

const listed = (values: readonly unknown[]): string => values.map(inline).join(',');
const inline = (value: unknown): string => {
  if (Array.isArray(value)) return listed(value);
  if (typeof value === 'object' && value !== null) return `{${pairsOf(value)}}`;
  return String(value);
};
export const pairsOf = (value: object | undefined): string =>
  Object.entries(value ?? {})
    .map(([name, field]) => `${name}=${inline(field)}`)
    .join(' ');
