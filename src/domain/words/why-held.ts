/** What keeps an order from going on, beside what it waits for by itself: told to operators in plain sentences. */
export type HoldReason = 'held' | 'breaker_open' | 'over_limit' | 'tls_failing' | 'day_limit' | 'tampered';

/** A call out that waits for its next try: after a failed one, or because none is made for now. */
export interface WaitingCall {
  readonly to: 'issuer' | 'terminal';
  readonly held?: HoldReason;
  readonly nextTryAtMs?: number;
}

export const holdReasons: readonly string[] = [
  'held',
  'breaker_open',
  'over_limit',
  'tls_failing',
  'day_limit',
  'tampered',
] satisfies HoldReason[];

export const whyHeld = (reason: HoldReason, { to, nextTryAtMs }: WaitingCall): string => {
  const next = nextTryAtMs === undefined ? '' : `; the next try is at ${new Date(nextTryAtMs).toISOString()}`;
  switch (reason) {
    case 'held':
      return `Held: the issuer is paused, so that nothing is sent to it${next}.`;
    case 'breaker_open':
      return `Held: calls to the ${to} failed so often that none is made for now${next}.`;
    case 'over_limit':
      return `Held: as many calls to the ${to} run as may run at once${next}.`;
    case 'tls_failing':
      return `Held: TLS failed so often in calls to the ${to} that no new connection is made for now${next}.`;
    case 'day_limit':
      return `Held: the issuer has used up what its messages may cost today${next}.`;
    case 'tampered':
      return `Held: what the database says of its issuer is not what the platform wrote, so that nobody is called${next}.`;
    default:
      return reason satisfies never;
  }
};

/** The engine counts the tries of the workflow task that fails, and names the kind of its failure. */
export interface StuckTask {
  readonly tries?: number;
  readonly triedAtMs?: number;
  readonly failure?: string;
}

export const whyStuck = (isAfterSale: boolean, { tries, triedAtMs, failure }: StuckTask = {}): string => {
  const at = triedAtMs === undefined ? '' : ` at ${new Date(triedAtMs).toISOString()}`;
  const seen = [failure, tries === undefined ? undefined : `try ${tries}${at}`].filter((part) => part !== undefined);
  const told = seen.length === 0 ? '' : `: ${seen.join(', ')}`;
  return `${isAfterSale ? 'What an operator did after its end' : 'Its workflow'} cannot go on: the code that runs it is unfit${told}. It goes on where it stood once a mended worker runs; nothing is lost.`;
};

export const whyBounced =
  'Its message came back: the buyer has not got it. Nothing goes by itself; the codes are as they were.';

export const whyUntaken =
  'No attempt says that its terminal took all that was for it: codes, or which of them are void. It may go on taking those.';

export const whyTampered =
  'Held: its row in the database is not what the platform wrote. No code of it is shown or sent, and nobody is called about it, until a person has put the row back; nothing is lost.';

/** Beside whatever else there is to say of it: what is its own goes on. */
export const whyCodesTampered =
  'Its codes in the database are not all as the platform wrote them: some were changed, taken away or put there. What is not the platform’s is neither judged nor shown nor sent.';

/** In a list, which does not look at its rows. */
export const whyListedTampered =
  'Somebody else wrote to it in the database: its /why says what is held until a person has put that back; nothing is lost.';

export const whyReported = 'The buyer reported that a code does not work.';

export const whyPaidTwice =
  'A second payment came for it and was refused: the buyer may have paid twice. See that one of them is paid back.';

export const whyGivenUp = 'The issuer was not told an event: all tries failed. It can still read the order.';
