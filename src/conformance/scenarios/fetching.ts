import type { Scenario } from '../scenario';

const whoFetches = { kind: 'pull', why: 'It is for issuers that fetch their messages.' } as const;
const givenAgain =
  'A message that is given again was not acknowledged, whatever you know: do nothing twice, and acknowledge it again with the same answer.';

const crossing = 'in two fetches in a row, as when its lease runs out';

/** What the issuer owes that fetches its messages. */
export const fetching: readonly Scenario[] = [
  {
    name: 'fetch-unavailable',
    callback: whoFetches,
    expected: 'A fetch that is answered 503 is made again',
    fix: 'Catch what a fetch fails with, wait as Retry-After says, and go on fetching for ever.',
    play: async (play) => {
      await play.verified(await play.order({ script: [{ call: 'messages', status: 503, retryAfterSeconds: 1 }] }));
    },
  },
  {
    name: 'acknowledgement-unavailable',
    callback: whoFetches,
    expected: 'A message whose acknowledgement came back with a problem is acknowledged again',
    fix: `Read problems of the answer: what stands there was not acknowledged, and comes again. ${givenAgain}`,
    play: async (play) => {
      const orderNo = await play.order();
      await play.verified(orderNo, { unheard: 1, says: 'its first acknowledgement is answered unavailable' });
    },
  },
  {
    name: 'paid-given-again',
    codeMode: 'push',
    callback: whoFetches,
    expected: 'A notice that is given again while it is still at work brings the codes once',
    fix: `${givenAgain} Let a unique key of your database decide which of two handlers makes the codes.`,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2 });
      await play.verified(orderNo, { givings: 2, says: crossing });
      await play.issued(orderNo);
      await play.settle();
      const wrong = (await play.heard(orderNo)).find(({ call, status }) => call !== 'verification' && status >= 400);
      play.expect(!wrong, `a call of /${wrong?.call} was answered ${wrong?.status} ${wrong?.code ?? ''}`);
    },
  },
  {
    name: 'request-given-again',
    codeMode: 'request',
    callback: whoFetches,
    expected: 'A code request that is given again while it is still at work is answered with the same codes',
    fix: `${givenAgain} Keep the codes of an order before you acknowledge them.`,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2 });
      await play.verified(orderNo);
      const read = await play.ask(await play.codeRequest(orderNo), { givings: 2, says: crossing });
      play.expect(read.kind !== 'unusable', 'problem' in read ? read.problem : '');
      await play.issued(orderNo);
    },
  },
];
