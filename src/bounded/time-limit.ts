/**
 * Settles as the work does, or as `late` says once the time is over: it may throw. What is late goes on, and its own end is
 * then nobody's. Behind every limit that a promise has: requests, calls to the engine, adapters, look-ups of names.
 */
export const withinMs = async <T, L>(limitMs: number, work: Promise<T>, late: () => L): Promise<T | L> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<typeof isOver>((resolve) => {
    timer = setTimeout(resolve, limitMs, isOver);
  });
  try {
    const result = await Promise.race([work, over]);
    return result === isOver ? late() : (result as T);
  } finally {
    clearTimeout(timer);
  }
};

const isOver = Symbol('over');
