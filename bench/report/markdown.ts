import type { Spread } from '../compare/statistics';

/** Three digits that count. */
export const figure = (value: number | undefined): string => {
  if (value === undefined) return '-';
  if (value === 0) return '0';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** The median of the rounds, with the lowest and the highest where they differ. */
export const spread = (of: Spread | undefined): string => {
  if (!of) return '-';
  const { median, min, max } = of;
  return min === max ? figure(median) : `${figure(median)} (${figure(min)} to ${figure(max)})`;
};

export const middle = (of: Spread | undefined): string => figure(of?.median);

export const verdict = (isReached: boolean): string => (isReached ? 'reached' : '**not reached**');

const widthsOf = (lines: readonly (readonly string[])[]): number[] =>
  (lines[0] ?? []).map((_, n) => Math.max(3, ...lines.map((line) => line[n]?.length ?? 0)));

/** As the formatter leaves it: the page is written past it. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = widthsOf([head, ...rows]);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};

/** Many figures, as plain text: nothing in it is bold. */
export const columns = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('**', '')));
  const widths = widthsOf(lines);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd();
  return ['```text', ...lines.map(line), '```'].join('\n');
};

const widthMax = 118;
/** At the beginning of a line Markdown would take it for a list or a heading. */
const beginsNoLine = /^(\d+[.)]|[-+*#>]+)$/;

/** A paragraph in lines that fit. */
export const paragraph = (text: string): string => {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const fits = last !== undefined && (last.length + 1 + word.length <= widthMax || beginsNoLine.test(word));
    if (fits) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
};

export const item = (text: string): string => `- ${paragraph(text).replaceAll('\n', '\n  ')}`;
