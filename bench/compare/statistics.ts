/** The value that the given share of all values does not exceed; undefined of none. */
export const percentile = (values: readonly number[], share: number): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
};

export const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
};

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of the rounds that have a value; undefined where none has. */
export const spreadOf = (values: readonly (number | undefined)[]): Spread | undefined => {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const middle = median(known);
  return middle === undefined ? undefined : { median: middle, min: Math.min(...known), max: Math.max(...known) };
};
