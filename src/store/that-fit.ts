/** The first of them, whose sizes together are no more than that; the very first one, whatever its size. */
export const thatFit = <T>(sizeMax: number, all: readonly T[], sizeOf: (one: T) => number): readonly T[] => {
  let size = 0;
  const tooMany = all.findIndex((one) => {
    size += sizeOf(one);
    return size > sizeMax;
  });
  return tooMany === -1 ? all : all.slice(0, Math.max(1, tooMany));
};
