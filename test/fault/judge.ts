import type { CodeHashes, Fact, FactOf } from './facts';
import { idsAreOfOneOrder, judgeMessages } from './judge-messages';
import { judgeRace } from './judge-race';
import { isRace } from './races';

/** An order as the public API tells it at the end, and what its pick-up page shows then. */
export interface SeenOrder {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly state: string;
  readonly quantity: number;
  readonly amount: { readonly value: number };
  readonly codes: { readonly issued: number; readonly outstanding: number };
  readonly closedReason?: string;
  readonly refundDue?: { readonly value: number };
  readonly refundSettled?: { readonly value: number };
  readonly voidRequest?: { readonly state: string };
  /** Of raced orders with a page. */
  readonly pageItems?: readonly {
    readonly itemId: string;
    readonly state: string;
    readonly usesLeft: number;
    readonly hasValue: boolean;
  }[];
  readonly sequence: number;
  readonly why?: string;
  /** Undefined where the order has no page, or nobody knows its address. */
  readonly pageHashes?: readonly string[];
  /** Whether a code of any order stands in the order's JSON or its timeline. */
  readonly hasCodeInApi: boolean;
}

export interface Violation {
  readonly rule: string;
  readonly order: string;
  readonly detail: string;
}

export interface Verdicts {
  readonly safety: readonly Violation[];
  readonly liveness: readonly Violation[];
  readonly figures: Readonly<Record<string, number>>;
}

export interface OrderFile {
  readonly key: string;
  readonly bought: FactOf<'bought'>;
  readonly facts: readonly Fact[];
  readonly seen: SeenOrder | undefined;
}

const finalStates = ['delivered', 'refused', 'expired', 'cancelled'];
/** Our own limits add up to 15 s: the database's 4 s and the engine's 3.2 s, each at most twice. A busy machine gets as much again. */
const answerLimitMs = 29_000;

/**
 * Judges a run from the logs of those outside of the platform and from its public API, and from nothing else. Safety: what
 * must never have happened. Liveness: what must have happened by now.
 */
export const judge = (facts: readonly Fact[], seen: readonly SeenOrder[]): Verdicts => {
  const safety: Violation[] = [];
  const liveness: Violation[] = [];
  const byOrder = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (!('orderNo' in fact)) continue;
    const key = `${fact.issuerId}/${fact.orderNo}`;
    byOrder.set(key, [...(byOrder.get(key) ?? []), fact]);
  }
  const seenByKey = new Map(seen.map((order) => [`${order.issuerId}/${order.orderNo}`, order]));
  const files: OrderFile[] = [...byOrder].flatMap(([key, own]) => {
    const bought = own.find((fact) => fact.what === 'bought');
    return bought ? [{ key, bought, facts: own, seen: seenByKey.get(key) }] : [];
  });
  const known = new Set(files.map(({ key }) => key));

  for (const key of seenByKey.keys()) {
    if (!known.has(key)) safety.push({ rule: 'no_order_from_nowhere', order: key, detail: 'nobody placed it' });
  }
  for (const fact of facts) {
    if (fact.what === 'redirect_followed') safety.push({ rule: 'no_redirect', order: '', detail: 'one was followed' });
  }
  for (const fact of facts) {
    if (fact.what === 'messaged' && fact.orderNo === '') {
      safety.push({ rule: 'no_code_to_a_wrong_terminal', order: '', detail: `a message by ${fact.channel} to nobody` });
    }
  }
  safety.push(...codesAreOfOneOrder(files), ...idsAreOfOneOrder(facts));
  for (const file of files) {
    const break_ = (rule: string, detail: string) =>
      safety.push({ rule, order: file.key, detail: `${file.bought.behaviour}: ${detail}` });
    const miss = (rule: string, detail: string) =>
      liveness.push({ rule, order: file.key, detail: `${file.bought.behaviour}: ${detail}` });
    judgeAnswers(file, break_);
    if (isRace(file.bought.behaviour)) judgeRace(file, break_);
    else {
      judgeCodes(file, break_);
      judgeCloses(file, break_);
    }
    judgeTaken(file, break_);
    judgeEvents(file, break_, miss);
    judgeEnd(file, miss);
  }
  judgeAnswerTimes(facts, liveness);
  return { safety, liveness, figures: figuresOf(files, facts) };
};

export type Say = (rule: string, detail: string) => void;

const of = <W extends Fact['what']>(file: OrderFile, what: W): FactOf<W>[] =>
  file.facts.filter((fact): fact is FactOf<W> => fact.what === what);

const isGood = ({ status }: { status: number }): boolean => status >= 200 && status < 300 && status !== 202;
const answersTo = (file: OrderFile, call: string): FactOf<'answered'>[] =>
  of(file, 'answered').filter((fact) => fact.call === call);

/** Every 2xx is kept. */
const judgeAnswers = (file: OrderFile, say: Say): void => {
  const placed = answersTo(file, 'orders').filter(isGood);
  if (placed.length > 0 && !file.seen) say('no_lost_order', 'was answered 201 and does not exist');
  if (file.seen && (file.seen.quantity !== file.bought.quantity || file.seen.amount.value !== file.bought.value)) {
    say('no_lost_order', 'is not what was ordered');
  }
  const firstById = new Map<string, FactOf<'answered'>>();
  for (const answer of of(file, 'answered')) {
    const first = firstById.get(answer.id);
    if (!first) {
      if (isGood(answer)) firstById.set(answer.id, answer);
      continue;
    }
    if (answer.bodyHash !== first.bodyHash) {
      const isRefused = ['idempotency_mismatch', 'in_progress'].includes(String(answer.body.code));
      if (!isRefused && answer.status < 500 && answer.status !== 429) {
        say('one_request_per_id', `${answer.call}: another body under the same id was answered ${answer.status}`);
      }
    } else if (answer.status < 500 && answer.status !== 429 && answer.body.code !== 'in_progress') {
      const same = answer.status === first.status && JSON.stringify(answer.body) === JSON.stringify(first.body);
      if (!same)
        say(
          'every_2xx_is_repeated',
          `${answer.call}: ${first.status}, then ${answer.status} ${JSON.stringify(answer.body)}`,
        );
    }
  }
  const verified = answersTo(file, 'verification').filter(isGood);
  if (new Set(verified.map(({ body }) => `${body.verifiedAt} ${body.issueBy}`)).size > 1) {
    say('one_verification', 'was verified at two times');
  }
  if (verified.length > 0 && file.seen?.closedReason === 'verify_window') {
    say('every_2xx_is_kept', 'was verified and expired unverified');
  }
  if (answersTo(file, 'refusal').some(isGood) && file.seen?.state !== 'refused') {
    say('every_2xx_is_kept', `its refusal was taken and it is ${file.seen?.state}`);
  }
  if (answersTo(file, 'cancellation').some(isGood) && file.seen?.state !== 'cancelled') {
    say('every_2xx_is_kept', `its cancellation was taken and it is ${file.seen?.state}`);
  }
};

/** What was accepted of an order's codes, by the issuer's own log. */
const acceptedCodes = (file: OrderFile): CodeHashes => {
  const asked = new Map(of(file, 'asked').map((fact) => [fact.id, fact]));
  const accepted: Record<string, string> = {};
  for (const answer of answersTo(file, 'codes').filter(isGood)) Object.assign(accepted, asked.get(answer.id)?.codes);
  return accepted;
};

const sameSet = (a: CodeHashes, b: CodeHashes): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([item, hash]) => b[item] === hash);

/** One set of codes per order, its own, the same at terminals, pages, and in the API. */
const judgeCodes = (file: OrderFile, say: Say): void => {
  const { seen } = file;
  const gave: Record<string, string> = {};
  for (const fact of of(file, 'gave_codes')) Object.assign(gave, fact.codes);
  const deliveries = of(file, 'delivered');
  const [first] = deliveries;
  for (const delivery of deliveries) {
    if (delivery.namedOrder !== file.key) say('no_code_to_a_wrong_terminal', `it got codes of ${delivery.namedOrder}`);
    if (first && !sameSet(delivery.codes, first.codes)) say('one_code_set', 'two deliveries differ');
    if (delivery.id !== first?.id) say('one_code_set', 'two messages delivered it');
    for (const [item, hash] of Object.entries(delivery.codes)) {
      if (gave[item] !== hash) say('no_code_to_a_wrong_order', `${item} is not of this order`);
    }
  }
  judgeMessages(file, Object.values(gave), say);
  if (seen?.hasCodeInApi) say('no_code_in_the_api', 'a code stands in its JSON');
  const accepted = acceptedCodes(file);
  if (seen?.state === 'delivered') {
    if (file.bought.channel === 'webhook') {
      if (first && Object.keys(first.codes).length !== seen.codes.issued) {
        say('one_code_set', `${Object.keys(first.codes).length} codes came, the API says ${seen.codes.issued}`);
      }
      for (const item of Object.keys(accepted)) {
        if (first && !(item in first.codes)) say('every_2xx_is_kept', `${item} was accepted and not delivered`);
      }
    }
    if (seen.pageHashes) {
      const mine = new Set(Object.values(gave));
      if (seen.pageHashes.length !== seen.codes.issued) {
        say('one_code_set', `the page shows ${seen.pageHashes.length} codes, the API says ${seen.codes.issued}`);
      }
      for (const hash of seen.pageHashes)
        if (!mine.has(hash)) say('no_code_to_a_wrong_order', 'its page shows a foreign code');
      for (const [item, hash] of Object.entries(accepted)) {
        if (!seen.pageHashes.includes(hash)) say('every_2xx_is_kept', `${item} was accepted and is not on the page`);
      }
      for (const page of of(file, 'page_seen')) {
        if (page.hashes.length > 0 && page.hashes.join() !== seen.pageHashes.join()) {
          say('one_code_set', 'its page showed other codes before');
        }
        if (page.hashes.length === 0) say('every_2xx_is_kept', 'told as delivered, and its page was empty');
      }
    }
  }
};

/** Where a server is called, its word is what makes an order delivered. */
const judgeTaken = (file: OrderFile, say: Say): void => {
  if (file.seen?.state !== 'delivered' || file.bought.channel === 'page') return;
  if (![...of(file, 'delivered'), ...of(file, 'messaged')].some(({ saysTaken }) => saysTaken)) {
    say('delivered_only_if_taken', 'is delivered, and its terminal never took it');
  }
};

/** No value of a code in two orders. */
const codesAreOfOneOrder = (files: readonly OrderFile[]): Violation[] => {
  const holder = new Map<string, string>();
  const violations: Violation[] = [];
  for (const file of files) {
    const shown = new Set([
      ...of(file, 'delivered').flatMap(({ codes }) => Object.values(codes)),
      ...[...of(file, 'messaged'), ...of(file, 'page_seen')].flatMap(({ hashes }) => hashes),
      ...(file.seen?.pageHashes ?? []),
    ]);
    for (const hash of shown) {
      const other = holder.get(hash);
      if (other)
        violations.push({ rule: 'one_order_per_code', order: file.key, detail: `shares a code with ${other}` });
      holder.set(hash, file.key);
    }
  }
  return violations;
};

/** What is closed without delivery stays so. */
const judgeCloses = (file: OrderFile, say: Say): void => {
  const { seen } = file;
  const cancelledAtMs = [
    ...answersTo(file, 'cancellation').filter(isGood),
    ...of(file, 'operator').filter(({ action, status }) => action === 'cancel' && status === 200),
  ].map(({ atMs }) => atMs);
  const sinceMs = Math.min(...cancelledAtMs);
  if (of(file, 'delivered').some(({ atMs }) => atMs > sinceMs))
    say('nothing_after_a_final_cancel', 'a terminal got codes');
  if (of(file, 'messaged').some(({ beganMs }) => beganMs > sinceMs))
    say('nothing_after_a_final_cancel', 'a message was sent');
  if (of(file, 'page_seen').some(({ atMs, hashes }) => atMs > sinceMs && hashes.length > 0)) {
    say('nothing_after_a_final_cancel', 'its page showed codes');
  }
  if (!seen || !['refused', 'expired', 'cancelled'].includes(seen.state)) return;
  if ((seen.pageHashes?.length ?? 0) > 0) say('nothing_after_a_close', `is ${seen.state} and its page shows codes`);
  const wasUndeliverable =
    of(file, 'heard').some(({ type }) => type === 'order.undeliverable') ||
    file.facts.some((f) => f.what === 'operator');
  if (!wasUndeliverable && of(file, 'delivered').length + of(file, 'messaged').length > 0)
    say('nothing_after_a_close', `is ${seen.state} and a terminal has codes`);
  const wasWhole = Object.keys(acceptedCodes(file)).length === file.bought.quantity;
  if (seen.state === 'expired' && wasWhole) say('every_2xx_is_kept', 'all its codes were accepted and it expired');
  const issueByMs = Math.min(
    ...answersTo(file, 'verification').map(({ body }) => Date.parse(String(body.issueBy)) || Number.POSITIVE_INFINITY),
  );
  const wasQueued = answersTo(file, 'codes').some(({ status, atMs }) => status === 202 && atMs < issueByMs);
  if (seen.state === 'expired' && wasQueued && file.bought.behaviour === 'gives_codes_once') {
    say('every_202_is_judged', 'its codes were queued in time and never judged');
  }
  if (
    seen.state === 'cancelled' &&
    cancelledAtMs.length === 0 &&
    of(file, 'operator').length === 0 &&
    !of(file, 'asked').some(({ call }) => call === 'cancellation')
  ) {
    say('nobody_closed_it', 'nobody cancelled it');
  }
  const refusing =
    of(file, 'asked').some(({ call }) => call === 'refusal') ||
    of(file, 'replied').some(({ reply }) => reply === 'refused');
  if (seen.state === 'refused' && !refusing) say('nobody_closed_it', 'nobody refused it');
};

/** Rule 7: sequences without gaps, one message each; and what they tell fits the end. */
const judgeEvents = (file: OrderFile, say: Say, miss: Say): void => {
  const events = of(file, 'heard').filter(
    ({ type }) => !['order.paid', 'order.code_requested', 'order.void_requested'].includes(type),
  );
  const bySequence = new Map<number, FactOf<'heard'>>();
  for (const event of events) {
    const sequence = Number(event.data.sequence);
    const first = bySequence.get(sequence);
    if (first && (first.type !== event.type || first.id !== event.id || first.bytesHash !== event.bytesHash)) {
      say('one_message_per_event', `event ${sequence} was ${first.type} and ${event.type}`);
    }
    bySequence.set(sequence, event);
  }
  const messages = new Map<string, FactOf<'heard'>>();
  for (const message of of(file, 'heard')) {
    const first = messages.get(message.id);
    if (first && first.bytesHash !== message.bytesHash)
      say('same_bytes_at_every_try', `${message.type} came in two shapes`);
    messages.set(message.id, message);
  }
  const { seen } = file;
  if (!seen || !finalStates.includes(seen.state)) return;
  const ends = [...bySequence.values()]
    .map(({ type }) => type)
    .filter((type) => finalStates.includes(type.slice('order.'.length)));
  for (const type of ends)
    if (type !== `order.${seen.state}`) say('events_tell_the_end', `told ${type} and is ${seen.state}`);
  if (ends.length > 1) say('events_tell_the_end', `told its end ${ends.length} times`);
  const refund = [...bySequence.values()].find(({ type }) => type === 'order.refund_due');
  const isDue = (seen.refundDue?.value ?? 0) > 0;
  if (refund && !isDue) say('events_tell_the_end', `told a refund and none is due in ${seen.state}`);
  const dueValue = (refund?.data.refundDue as { value: number } | undefined)?.value;
  if (refund && isDue && dueValue !== seen.refundDue?.value)
    say('events_tell_the_end', 'told another refund than is due');
  for (let sequence = 1; sequence <= seen.sequence; sequence += 1) {
    if (!bySequence.has(sequence))
      miss('every_event_is_told', `event ${sequence} of ${seen.sequence} never came (${seen.state})`);
  }
  for (const sequence of bySequence.keys()) {
    if (sequence > seen.sequence)
      say('events_tell_the_end', `event ${sequence} came, the order knows ${seen.sequence}`);
  }
};

/** Every order ends, or waits for a person with a reason. */
const judgeEnd = (file: OrderFile, miss: Say): void => {
  const { seen } = file;
  if (!seen) {
    if (of(file, 'asked').some(({ call }) => call === 'orders')) miss('every_order_is_taken', 'was never accepted');
    return;
  }
  if (finalStates.includes(seen.state)) return;
  if (seen.state === 'undeliverable' && (seen.why ?? '') !== '') return;
  miss('every_order_ends', `is still ${seen.state}: ${seen.why}`);
};

/** A call is answered, with whatever, in bounded time; except while an api or the way to it was under a fault. */
const judgeAnswerTimes = (facts: readonly Fact[], liveness: Violation[]): void => {
  const faults = facts
    .filter((fact) => fact.what === 'fault')
    .filter(({ target }) => target.startsWith('api') || target === 'front');
  for (const fact of facts) {
    if (fact.what !== 'answered' && fact.what !== 'unanswered') continue;
    const isLate = fact.tookMs > answerLimitMs;
    if (!isLate) continue;
    const fromMs = fact.atMs - fact.tookMs;
    const isExcused = faults.some(({ atMs, untilMs }) => atMs <= fact.atMs && untilMs + 1_500 >= fromMs);
    if (!isExcused) {
      liveness.push({
        rule: 'every_call_is_answered',
        order: `${fact.issuerId}/${fact.orderNo}`,
        detail: `${fact.call} took ${fact.tookMs} ms`,
      });
    }
  }
};

const figuresOf = (files: readonly OrderFile[], facts: readonly Fact[]): Record<string, number> => {
  const figures: Record<string, number> = { orders: files.length, calls: 0, callbacks: 0, deliveries: 0 };
  const add = (name: string): void => {
    figures[name] = (figures[name] ?? 0) + 1;
  };
  for (const { seen } of files) add(`state ${seen?.state ?? 'none'}`);
  for (const fact of facts) {
    if (fact.what === 'asked') add('calls');
    if (fact.what === 'heard') add('callbacks');
    if (fact.what === 'delivered' || fact.what === 'messaged') add('deliveries');
  }
  return figures;
};
