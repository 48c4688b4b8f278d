import type { Spread } from './statistics';

/** Three digits that count. */
export const figure = (value: number): string => {
  if (value === 0) return '0';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

export const told = (spread: Spread | undefined): string => {
  if (!spread) return '-';
  const { median, min, max } = spread;
  return min === max ? figure(median) : `${figure(median)} (${figure(min)} to ${figure(max)})`;
};

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** As the formatter leaves it: for pages that are written past it. */
export const alignedTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((cell, n) => Math.max(cell.length, ...rows.map((row) => row[n]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};
