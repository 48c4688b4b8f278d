/** Says what a key or certificate must be, and repeats nothing of it: callers are told it word by word. */
export class UnfitKey extends Error {
  override readonly name = 'UnfitKey';
}

export const isFit = (look: () => void): boolean => {
  try {
    look();
    return true;
  } catch (error) {
    if (error instanceof UnfitKey) return false;
    throw error;
  }
};
