export interface TestIssuerAlive {
  readonly _id: string;
  readonly createdAt: Date;
  /** The site that made it, an IPv6 /48; of former rows none is known. */
  readonly madeFrom?: string;
  /** Bytes that it sent lately; of one that was made just now nothing is said by it. */
  readonly use: number;
  /** For a day at least. */
  readonly isIdle: boolean;
}

/**
 * Which test issuer gives its place to a new one of this network, where there is none left: the least used of the network
 * that has most, as long as that keeps as many as the new one's gets. One that is used is never taken from who has no more.
 */
export const whoLeaves = (alive: readonly TestIssuerAlive[], network: string): string | undefined => {
  const held = new Map<string | undefined, number>();
  for (const { madeFrom } of alive) held.set(madeFrom, (held.get(madeFrom) ?? 0) + 1);
  const own = held.get(network) ?? 0;
  const besideIt = ({ madeFrom }: TestIssuerAlive): number => held.get(madeFrom) ?? 0;
  const mayLeave = (one: TestIssuerAlive): boolean =>
    besideIt(one) > own + 1 || (one.isIdle && (besideIt(one) > own || one.madeFrom === network));
  const [first] = alive
    .filter(mayLeave)
    .sort((a, b) => besideIt(b) - besideIt(a) || a.use - b.use || a.createdAt.getTime() - b.createdAt.getTime());
  return first?._id;
};
