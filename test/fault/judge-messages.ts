import { type Fact, type FactOf, sha256 } from './facts';
import type { OrderFile, Say, Violation } from './judge';

/** What servers on the way to the buyer took, by their own logs; codes and pages are judged with those of all channels. */
export const judgeMessages = (file: OrderFile, codes: readonly string[], say: Say): void => {
  const messages = file.facts.filter((fact) => fact.what === 'messaged');
  const { codeInMessage } = file.bought;
  // A close without delivery counts none any more.
  const issued = file.seen?.state === 'delivered' ? file.seen.codes.issued : undefined;
  const pages = new Set(
    file.facts.flatMap((fact) =>
      fact.what === 'answered' && fact.call === 'orders' && typeof fact.body.pickupUrl === 'string'
        ? [sha256(fact.body.pickupUrl)]
        : [],
    ),
  );
  const [first] = messages;
  for (const message of messages) {
    if (message.hashes.some((hash) => !codes.includes(hash))) {
      say('no_code_to_a_wrong_terminal', 'a message holds a code of another order');
    }
    if (!codeInMessage && message.hashes.length > 0) say('messages_as_set', 'a message holds a code');
    if (codeInMessage && message.hashes.length !== (issued ?? first?.hashes.length ?? 0)) {
      say('messages_as_set', `a message holds ${message.hashes.length} codes of ${issued}`);
    }
    if (codeInMessage && message.hashes.length === 0) say('messages_as_set', 'a message holds no code');
    if (pages.size > 0 && (message.links.length !== 1 || !pages.has(message.links[0] as string))) {
      say('messages_as_set', "a message's link is not that of its order");
    }
    if (message.id !== first?.id) say('one_message_per_delivery', 'it came under two ids');
    if (message.textHash !== first?.textHash) say('same_bytes_at_every_try', 'a message came with two texts');
  }
};

/** A gateway that knows an id already drops what comes under it. */
export const idsAreOfOneOrder = (facts: readonly Fact[]): Violation[] => {
  const holder = new Map<string, string>();
  return facts
    .filter((fact): fact is FactOf<'messaged'> => fact.what === 'messaged')
    .flatMap(({ id, issuerId, orderNo }) => {
      const order = `${issuerId}/${orderNo}`;
      const other = holder.get(id) ?? order;
      holder.set(id, order);
      return other === order ? [] : [{ rule: 'one_message_per_delivery', order, detail: `its id is that of ${other}` }];
    });
};
