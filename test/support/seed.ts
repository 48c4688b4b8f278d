/** Every random test begins with this: it prints its seed, and `SEED=… npm test -- FILE` plays the same plan again. */
export const seedOf = (test: string): number => {
  const seed = process.env.SEED ? Number(process.env.SEED) : Math.floor(Math.random() * 2 ** 31);
  process.stderr.write(`SEED=${seed} (${test})\n`);
  return seed;
};
