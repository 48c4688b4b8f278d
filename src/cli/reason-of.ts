/** Why `fetch` has no answer, in words for a terminal. */
export const reasonOf = (error: unknown, limitMs: number): string => {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${limitMs / 1_000} s`;
  const inner = cause as NodeJS.ErrnoException | undefined;
  return inner?.message || inner?.code || message;
};
