/** A message that the platform gave to one of the simulator's servers for a buyer. */
export interface Kept {
  readonly n: number;
  /** As receipts name it. */
  readonly messageId: string;
  readonly to: string;
  readonly atMs: number;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  state: 'sent' | 'delivered' | 'bounced';
}

const keptMax = 100;

export type Inbox = ReturnType<typeof createInbox>;

/** The newest messages of everybody: the demo's buyers share one mailbox and one phone. */
export const createInbox = () => {
  const kept: Kept[] = [];
  let count = 0;
  return {
    add: (message: Omit<Kept, 'n' | 'state' | 'atMs'>): Kept => {
      count += 1;
      const one: Kept = { ...message, n: count, atMs: Date.now(), state: 'sent' };
      kept.unshift(one);
      kept.splice(keptMax);
      return one;
    },
    all: (): readonly Kept[] => kept,
    find: (n: number): Kept | undefined => kept.find((one) => one.n === n),
  };
};
