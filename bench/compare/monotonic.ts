/** One clock for all processes of this machine: the kernel's, which nobody sets back. */
export const monotonicMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
};
