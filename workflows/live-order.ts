import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  currentUpdateInfo,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { isCodeAnswer } from '../src/domain/ids';
import { changedItems } from '../src/domain/items';
import { holdsSubmission } from '../src/domain/judge/codes';
import { decide, isUndoneByTime } from '../src/domain/judge/decide';
import {
  type AskedCall,
  type AskedMessage,
  askedKinds,
  type LedgerEntry,
  type OrderEvent,
  type OrderMessage,
  type TimelineEntry,
} from '../src/domain/messages';
import {
  type HeldCode,
  isBeforeVerification,
  isFinal,
  issueByMs,
  type OrderFacts,
  openFacts,
  verifyByMs,
} from '../src/domain/order';
import { historyMaxBytes, holdPollMs, recordedRefusalLimit, updateLimit, updatesPerRun } from '../src/domain/timings';
import { detailsOf } from '../src/domain/words/why-no-code';
import { stateAttributes } from '../src/order-messages/order-attributes';
import { type OrderInput, orderFacts, type Reply, rowFollowed, updates } from '../src/order-messages/order-messages';
import { keepTrying, own } from './effects';
import { asSaidToday } from './first-messages';
import { type Ongoing, ongoing } from './ongoing';

/** What a claim became; told to the store with the next projection. */
interface Claims {
  accepted: string[];
  late: string[];
}

/** An order in its workflow: the facts, what it hears, and what has not been written to the row yet. */
export class LiveOrder {
  facts: OrderFacts;
  private held: readonly HeldCode[];
  private entries: TimelineEntry[] = [];
  /** The newest lines of its own, for the details in the Temporal UI. */
  private lately: readonly TimelineEntry[] = [];
  private events: OrderEvent[] = [];
  private ledger: LedgerEntry[] = [];
  private claims: Claims = { accepted: [], late: [] };
  /** The issuer's call that made the order verified, and the one that gave it its last code. */
  verifying: AskedCall | undefined;
  private completing: AskedCall | undefined;
  /** The corrected terminal that the order took, by reference. */
  private correction: string | undefined;
  private asked = 0;
  /** Its history is, by what it was asked. */
  private isLong = false;
  /** Its row was further, and it has taken that over: another run does what follows. */
  private isBehind = false;
  private refusals = 0;
  private codeRequests = 0;
  /** Of a new run: it has read what it holds. Until then its questions wait. */
  isRecalled: boolean;
  private writing: Promise<void> = Promise.resolve();
  /** Of the newest projection. */
  private writtenVersion = 0;
  /** What lists of the Temporal UI find the order by; the start set the first. */
  private shown: OrderFacts['state'];
  private readonly waitedMs = Math.max(0, Date.now() - workflowInfo().startTime.getTime());

  constructor(readonly input: OrderInput) {
    this.facts = input.resumed?.facts ?? openFacts(input);
    this.held = input.resumed?.held ?? [];
    this.shown = this.facts.state;
    this.isRecalled = input.resumed?.renewed === undefined;
    // A request after a resumption is a new message: its number was never used.
    if (input.resumed) {
      const { renewed } = input.resumed;
      this.codeRequests = renewed?.codeRequests ?? requestsPerResumption * this.facts.renotifications;
    }
    setCurrentDetails(detailsOf(this.facts, this.lately));
  }

  get state(): OrderFacts['state'] {
    return this.facts.state;
  }

  /** The second interface and the operator: what they ask is handed over, guarded by the same pure decision. */
  answerQuestions(): void {
    const handlers = { validator: (message: AskedMessage) => this.guard(message) };
    for (const kind of askedKinds) setHandler(updates[kind], (message) => this.answer(message), handlers);
    setHandler(orderFacts, () => this.facts);
    setHandler(rowFollowed, () => this.project());
    // Someone pressed "cancel" in the Temporal UI: the order ends as an operator's cancellation, with all its events.
    CancellationScope.current()
      .cancelRequested.catch(() => undefined)
      .finally(() => this.hear({ kind: 'cancel', by: 'operator' }));
  }

  /** After a resumption: codes that the order was given before. */
  recall(): void {
    for (const message of this.input.resumed?.codes ?? []) this.hear(message);
  }

  /** In a run that took over a full one. */
  async readHeld(): Promise<void> {
    const { issuerId, orderNo } = this.input;
    let after: string | undefined;
    while (!this.isRecalled) {
      const page = after === undefined ? {} : { after };
      const { held, next } = await keepTrying(() => own.heldCodes({ issuerId, orderNo, ...page }));
      this.held = [...this.held, ...held];
      after = next;
      this.isRecalled = next === undefined;
    }
  }

  /** The engine limits the Updates of a run: an order that takes one code a call has more than one. */
  get isFull(): boolean {
    return this.asked >= updatesPerRun || this.isLong || this.isBehind;
  }

  /** Of a run that took over a full one, until an operator asks for the notice again: the issuer was told before. */
  isTold(round: number): boolean {
    const { renewed, facts } = this.input.resumed ?? {};
    return renewed !== undefined && facts?.state === 'notified' && facts.renotifications === round;
  }

  /** Called where nothing is under way but what begins anew: all is answered and written before the run ends. */
  async renew(): Promise<void> {
    const { state } = this;
    await this.settle();
    if (this.state !== state) return;
    const renewed = { codeRequests: this.codeRequests };
    await continueAsNew({ ...this.input, resumed: { facts: this.facts, held: [], codes: [], renewed } });
  }

  /** Decides by the state alone, once, and remembers what is to be written. */
  hear(said: OrderMessage, asked?: AskedCall): Reply {
    const message = asSaidToday(said, this.input);
    const before = this.facts;
    const { facts, held, answer, events, entries, ledger } = decide(before, this.held, message, Date.now());
    this.facts = facts;
    this.held = held;
    if (isBeforeVerification(before.state) && facts.state === 'verified') this.verifying = asked;
    if (before.state !== 'issued' && facts.state === 'issued') this.completing = asked;
    const after = message.kind === 'delivered' ? this.completing : asked;
    this.events.push(...(after ? events.map((event) => ({ ...event, after })) : events));
    this.entries.push(...entries);
    this.ledger.push(...ledger);
    const isHeld = holdsSubmission(held, message);
    if (message.kind === 'codes') this.noteClaim(message.submissionId, isHeld, answer);
    if (answer.kind === 'done') this.correction = correctionIn(message) ?? this.correction;
    this.lately = [...this.lately, ...entries, ...bounced(message, Date.now())].slice(-latelyLimit);
    setCurrentDetails(detailsOf(facts, this.lately));
    return { answer, facts, entries, isHeld, waitedMs: this.waitedMs };
  }

  /**
   * Waits until `isReached`, until the running window ends (then the order hears of it), or until the run is full. On the
   * way the order hears that the last call is due. Holds, extensions and a clock that is moved count.
   */
  async waitInWindow(isReached: () => boolean): Promise<void> {
    const isOver = (): boolean => isReached() || this.isFull;
    const isVerifyWindow = isBeforeVerification(this.state);
    const sinceMs = isVerifyWindow ? this.facts.createdAtMs : (this.facts.verification?.verifiedAtMs ?? Date.now());
    const lastCallMs = isVerifyWindow ? 0 : this.lastCallMs();
    let heldMs = 0;
    let after: string | undefined;
    while (!isOver()) {
      const { advances, lastCall } = this.facts;
      const isOverOrMoved = (): boolean => isOver() || this.facts.advances !== advances;
      const earlierMs = lastCall ? 0 : lastCallMs;
      const leftMs = this.windowEndsAtMs(isVerifyWindow, sinceMs) + heldMs - earlierMs - Date.now();
      const isToBeShown = !isVerifyWindow && this.shown !== this.state && leftMs > lastsMs;
      if (isToBeShown) {
        if (!(await condition(isOverOrMoved, lastsMs, { summary: this.showSummary() }))) this.showState();
        continue;
      }
      if (leftMs > 0) {
        const summary = earlierMs > 0 ? this.lastCallSummary() : this.windowSummary(isVerifyWindow);
        await condition(isOverOrMoved, leftMs, { summary });
        continue;
      }
      const { issuerId, orderNo } = this.input;
      const holder = isVerifyWindow ? {} : { holder: { orderNo, issued: this.facts.issued } };
      const page = after === undefined ? {} : { after };
      const held = await keepTrying(() => own.heldTime({ issuerId, sinceMs, ...holder, ...page }));
      for (const message of held.codes ?? []) if (!holdsSubmission(this.held, message)) this.hear(message);
      if (isOver()) return;
      after = held.next;
      if (after !== undefined) continue;
      if (held.isHeld)
        await condition(isOver, holdPollMs, { summary: 'Look again whether the issuer is still paused' });
      else if (held.heldMs > heldMs) heldMs = held.heldMs;
      else {
        const closesByMs = this.windowEndsAtMs(isVerifyWindow, sinceMs) + heldMs;
        if (closesByMs <= Date.now()) this.hear({ kind: 'window_ended' });
        else if (closesByMs - earlierMs <= Date.now()) this.hear({ kind: 'last_call_due', closesByMs });
      }
    }
  }

  /** An order that an older worker began to wait for has no last call in this wait. */
  private lastCallMs(): number {
    const { lastCallMs, lastCall } = this.facts;
    return lastCallMs !== undefined && !lastCall && patched('last-call') ? lastCallMs : 0;
  }

  untilHeard(isOver: () => boolean): Promise<void> {
    return condition(isOver);
  }

  /** Another number is another message: its data says what is outstanding now. */
  nextCodeRequest(): number {
    this.codeRequests += 1;
    return this.codeRequests;
  }

  /** Writes the facts, the timeline and the outbox of events. One after the other: none is left behind at the end. */
  project(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    const { issuerId, orderNo } = this.input;
    const { facts, events, ledger, claims, correction } = this;
    this.events = [];
    this.ledger = [];
    this.claims = { accepted: [], late: [] };
    this.correction = undefined;
    const entries = this.entries.slice(-entriesLimit);
    const ahead = await keepTrying(() =>
      own.project({
        issuerId,
        orderNo,
        facts,
        entries,
        events,
        ledger,
        ...(correction ? { correction } : {}),
        ...claims,
      }),
    );
    this.writtenVersion = (ahead ?? facts).version;
    if (!ahead) return;
    // The engine lost an Update whose verdict the row shows already: the order stays closed as it was told. Where it
    // is open by the row this run ends, and another one goes on from there.
    this.facts = ahead;
    this.isBehind = true;
    this.showState();
  }

  showState(): void {
    this.shown = this.state;
    upsertSearchAttributes(stateAttributes(this.facts));
  }

  /** The engine writes a row for each state that is shown, which costs as much as a workflow task: most last no second. */
  showOnceItLasts(): Ongoing {
    return ongoing(async () => {
      await sleep(lastsMs, { summary: this.showSummary() });
      this.showState();
    });
  }

  /** Before the end: nothing that came in meanwhile is left unanswered or unwritten. */
  async settle(): Promise<void> {
    await condition(allHandlersFinished);
    while (this.hasUnwritten || this.hasUnwrittenEnd) {
      await this.project();
      await condition(allHandlersFinished);
    }
  }

  /** A repeat that it answered since raised the version alone: by the row its end would not be written. */
  private get hasUnwrittenEnd(): boolean {
    return isFinal(this.state) && this.facts.version > this.writtenVersion && patched('end-written-whole');
  }

  get hasUnwritten(): boolean {
    const { accepted, late } = this.claims;
    return this.events.length + this.ledger.length + accepted.length + late.length > 0;
  }

  private windowSummary(isVerifyWindow: boolean): string {
    const { issuerId, orderNo } = this.input;
    return isVerifyWindow
      ? `Give up on order ${orderNo} unless ${issuerId} verifies it before`
      : `End the wait for the codes of order ${orderNo} unless ${issuerId} gives them all before`;
  }

  private lastCallSummary(): string {
    return `Ask ${this.input.issuerId} once more for the codes of order ${this.input.orderNo}`;
  }

  private showSummary(): string {
    return `Show in the lists what order ${this.input.orderNo} waits for`;
  }

  private windowEndsAtMs(isVerifyWindow: boolean, sinceMs: number): number {
    return isVerifyWindow ? verifyByMs(this.facts) : (issueByMs(this.facts) ?? sinceMs);
  }

  private answer(message: AskedMessage): Reply | Promise<Reply> {
    if (this.isRecalled) return this.judge(message);
    return condition(() => this.isRecalled).then(() => this.judge(message));
  }

  private judge(message: AskedMessage): Reply {
    const isIssuers = !('by' in message) || message.by === 'issuer';
    const before = this.facts;
    const reply = this.hear(message, isIssuers ? askedCall() : undefined);
    if (reply.answer.kind === 'refused') this.refusals += 1;
    this.asked += 1;
    this.isLong ||= workflowInfo().historySize > historyMaxBytes && patched('renewed-by-size');
    return inShort(before, reply);
  }

  /** Nothing of what it refuses is recorded: only for refusals that time can undo, and past the limits. */
  private guard(message: AskedMessage): void {
    if (this.asked >= updateLimit) throw refusal('rate_limited');
    if (!this.isRecalled) return;
    const { answer } = decide(this.facts, this.held, asSaidToday(message, this.input), Date.now());
    if (answer.kind !== 'refused') return;
    if (isUndoneByTime(answer) || this.refusals >= recordedRefusalLimit) throw refusal(answer.code);
  }

  /** What is neither held nor late the asker lets go of, or the reconciler: only they know whether someone asks again. */
  private noteClaim(submissionId: string, isHeld: boolean, answer: Reply['answer']): void {
    if (isHeld) this.claims.accepted.push(submissionId);
    else if (answer.kind === 'refused' && answer.late) this.claims.late.push(submissionId);
  }
}

/** Of more items a reply says what changed. */
const wholeItemsMax = 20;

const inShort = (before: OrderFacts, reply: Reply): Reply => {
  const { items = [], ...facts } = reply.facts;
  if (items.length <= wholeItemsMax) return reply;
  const { version, updatedAtMs } = before;
  return { ...reply, facts, changed: { since: { version, updatedAtMs }, items: changedItems(before, reply.facts) } };
};

/** Named as the issuer's request is: its Update's id without the operation. */
const askedCall = (): AskedCall | undefined => {
  const { id = '' } = currentUpdateInfo() ?? {};
  return isCodeAnswer(id) ? undefined : { call: id.slice(id.indexOf('/') + 1), atMs: Date.now() };
};

const correctionIn = (message: OrderMessage): string | undefined =>
  message.kind === 'redeliver' && typeof message.terminal === 'object' ? message.terminal.ref : undefined;

const latelyLimit = 20;

/** A state that lasted so long is shown: soon enough for a person who searches, and later than a busy platform needs for a step. */
const lastsMs = 10_000;

/** The line that the call out wrote into the row: here for the details alone. */
const bounced = (message: OrderMessage, atMs: number): TimelineEntry[] =>
  message.kind === 'undeliverable' && message.problem !== undefined
    ? [{ key: 'bounced', atMs, event: 'delivery_tried', detail: { ok: false, problem: message.problem } }]
    : [];

/** The newest lines that a projection carries; the row has the older ones already. */
const entriesLimit = 200;

/** More than an order asks between two resumptions. */
const requestsPerResumption = 1_000;

const refusal = (code: string): ApplicationFailure => ApplicationFailure.nonRetryable(code, code);
