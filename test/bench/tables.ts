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
