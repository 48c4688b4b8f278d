const reasonMax = 240;

export interface Source<T> {
  /** Plain words for the message when nothing works. */
  what: string;
  get(): Promise<T | undefined>;
}

/** Walks a chain of places to get a server from; when none works, one message says what was tried and what would help. */
export async function firstThatWorks<T>(wanted: string, sources: Source<T>[], help: string): Promise<T> {
  const tried: string[] = [];
  for (const source of sources) {
    try {
      const found = await source.get();
      if (found !== undefined) return found;
      tried.push(`- ${source.what}: not there`);
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error))
        .trim()
        .split('\n')
        .slice(-2)
        .join(' ')
        .slice(0, reasonMax);
      tried.push(`- ${source.what}: ${reason}`);
    }
  }
  throw new Error(`No ${wanted} on this machine. Tried:\n${tried.join('\n')}\n${help}`);
}
