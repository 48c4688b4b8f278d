/** Pieces of work at once in one process; what comes beyond it goes another way. */
const atOnce = 100;

/** Work that a process does beside whatever began it: nobody waits for it, and nothing may hang on it. */
export const createBeside = () => {
  const running = new Set<Promise<void>>();
  let isClosing = false;
  return {
    /** As much as may run at once does, or the process stops: what can go another way should. */
    isFull: (): boolean => isClosing || running.size >= atOnce,

    run: (work: () => Promise<void>): void => {
      const ended = work();
      running.add(ended);
      ended.finally(() => running.delete(ended));
    },

    /** Resolves when what runs has ended, each within the limits of a call out. */
    close: async (): Promise<void> => {
      isClosing = true;
      await Promise.all(running);
    },
  };
};
