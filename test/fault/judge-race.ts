import type { FactOf } from './facts';
import type { OrderFile, Say } from './judge';
import { racedItem } from './race-calls';
import { racedUses } from './races';

interface Taken {
  readonly said: Readonly<Record<string, unknown>>;
  readonly answer: FactOf<'answered'>;
}

/** A try that began before the void may still arrive: the longest fault of a plan, and the limit of one call. */
const onTheWayMs = 50_000;

/** Of calls that exclude each other the first durable one decides. */
export const judgeRace = (file: OrderFile, say: Say): void => {
  const { seen } = file;
  const asked = new Map(file.facts.flatMap((fact) => (fact.what === 'asked' ? [[fact.id, fact] as const] : [])));
  const taken = (call: string): Taken[] =>
    file.facts.flatMap((fact) =>
      fact.what === 'answered' && fact.call === call && (fact.status === 200 || fact.status === 201)
        ? [{ said: asked.get(fact.id)?.said ?? {}, answer: fact }]
        : [],
    );
  const [redeemed, voided, replaced, settled, decided] = [
    taken('redemptions'),
    taken('void'),
    taken('replacement'),
    taken('refund-settlement'),
    taken('void-decision'),
  ];
  const redemptions = new Set(redeemed.map(({ said }) => said.redemptionId));
  const item = seen?.pageItems?.find(({ itemId }) => itemId === racedItem);
  const isVoid = item?.state === 'void';
  if (redemptions.size > 0 && (voided.length > 0 || isVoid)) say('never_void_and_redeemed', 'its item is both');
  if (redemptions.size > 0 && (replaced.length > 0 || item?.state === 'replaced')) {
    say('never_replaced_and_redeemed', 'its item is both');
  }
  if (voided.length > 0 && item && !isVoid) say('every_2xx_is_kept', `its void was taken and it is ${item.state}`);
  if (replaced.length > 0 && item && item.state !== 'replaced') {
    say('every_2xx_is_kept', `its replacement was taken and it is ${item.state}`);
  }
  const fresh = seen?.pageItems?.find(({ itemId }) => itemId !== racedItem && itemId.startsWith(racedItem));
  if (replaced.length > 0 && seen?.pageItems && !fresh?.hasValue) {
    say('every_2xx_is_kept', 'its replacement was taken and the page has no new code');
  }
  if (redemptions.size > racedUses) say('uses_never_below_zero', `${redemptions.size} of ${racedUses} uses were spent`);
  if (item?.state === 'delivered' && item.usesLeft > racedUses - redemptions.size) {
    say('uses_never_below_zero', `${redemptions.size} of ${racedUses} uses are spent and ${item.usesLeft} are left`);
  }
  for (const [calls, name] of [
    [redeemed, 'redemptionId'],
    [settled, 'settlementId'],
  ] as const) {
    const made = new Map(
      calls.filter(({ answer }) => answer.status === 201).map(({ said, answer }) => [answer.id, said[name]]),
    );
    if (new Set(made.values()).size < made.size) say('each_id_counts_once', `a ${name} was answered 201 twice`);
  }
  const sums = new Map(settled.map(({ said }) => [said.settlementId, (said.amount as { value: number }).value]));
  const sum = [...sums.values()].reduce((all, value) => all + value, 0);
  const due = seen?.refundDue?.value ?? 0;
  const known = seen?.refundSettled?.value ?? 0;
  if (sum > due || known > due) say('settled_within_due', `${Math.max(sum, known)} of ${due} was settled`);
  if (seen && known < sum) say('every_2xx_is_kept', `${sum} was settled, the order knows ${known}`);
  judgeDecisions(file, decided, say);
  judgeDeliveries(file, voided, say);
};

const judgeDecisions = (file: OrderFile, decided: readonly Taken[], say: Say): void => {
  const state = file.seen?.voidRequest?.state;
  for (const { said } of decided) {
    if (said.decision !== state) say('one_decision', `${said.decision} was taken and it is ${state}`);
  }
  const told = file.facts.flatMap((fact) =>
    fact.what === 'heard' && fact.type === 'order.void_decided' ? [[fact.id, fact.data.decision] as const] : [],
  );
  if (new Map(told).size > 1) say('one_decision', 'was told by more than one event');
  for (const [, decision] of told)
    if (decision !== state) say('one_decision', `${decision} was told and it is ${state}`);
  for (const fact of file.facts) {
    if (fact.what !== 'answered' || fact.call !== 'void-decision' || fact.status < 400 || fact.status >= 500) continue;
    const code = String(fact.body.code);
    if (!['already_decided', 'in_progress', 'rate_limited'].includes(code)) say('one_decision', `was answered ${code}`);
  }
};

const judgeDeliveries = (file: OrderFile, voided: readonly Taken[], say: Say): void => {
  const gave: Record<string, string> = {};
  for (const fact of file.facts) if (fact.what === 'gave_codes') Object.assign(gave, fact.codes);
  const sinceMs = Math.min(...voided.map(({ answer }) => answer.atMs));
  for (const fact of file.facts) {
    if (fact.what !== 'delivered') continue;
    if (fact.namedOrder !== file.key) say('no_code_to_a_wrong_terminal', `it got codes of ${fact.namedOrder}`);
    for (const [itemId, hash] of Object.entries(fact.codes)) {
      if (gave[itemId] !== hash) say('no_code_to_a_wrong_order', `${itemId} is not of this order`);
    }
    if (racedItem in fact.codes && fact.atMs > sinceMs + onTheWayMs) say('nothing_after_a_void', 'a terminal got it');
  }
  for (const { hashes, beganMs } of file.facts.filter((fact) => fact.what === 'messaged')) {
    if (hashes.some((hash) => !Object.values(gave).includes(hash))) {
      say('no_code_to_a_wrong_terminal', 'a message holds a code of another order');
    }
    if (hashes.includes(gave[racedItem] ?? '') && beganMs > sinceMs + onTheWayMs) {
      say('nothing_after_a_void', 'a message holds it');
    }
  }
  for (const hash of file.seen?.pageHashes ?? []) {
    if (!Object.values(gave).includes(hash)) say('no_code_to_a_wrong_order', 'its page shows a foreign code');
    if (voided.length > 0 && hash === gave[racedItem]) say('nothing_after_a_void', 'its page shows it');
  }
  if (file.seen?.hasCodeInApi) say('no_code_in_the_api', 'a code stands in its JSON');
};
