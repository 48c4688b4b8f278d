import { testIdPrefix } from '../../src/domain/ids';
import type { OrderEvent, TimelineEntry } from '../../src/domain/messages';
import type { OrderFacts } from '../../src/domain/order';
import { withoutLinks } from '../../src/domain/said-text';
import { dayMs } from '../../src/domain/timings';
import { createAlerts } from '../../src/store/alerts';
import { createAnswers } from '../../src/store/answers';
import { createApprovals } from '../../src/store/approvals';
import { createAudit } from '../../src/store/audit';
import { createComparisons } from '../../src/store/comparisons';
import { createConformanceOrders, createConformanceRuns, type KeptResult } from '../../src/store/conformance';
import type { Database } from '../../src/store/database';
import { createDayCounts } from '../../src/store/day-counts';
import { createEchoes } from '../../src/store/echoes';
import { createEventFeed } from '../../src/store/event-feed';
import { createGuesses } from '../../src/store/guesses';
import { createInbox } from '../../src/store/inbox';
import { createIssuers, type IssuerRow } from '../../src/store/issuers';
import { createKeys } from '../../src/store/keys';
import { createKnownNetworkRows } from '../../src/store/known-networks';
import { createLedger } from '../../src/store/ledger';
import { createMaintenance } from '../../src/store/maintenance';
import { createOrderSettings } from '../../src/store/order-settings';
import { createOrders, type ListedOrder } from '../../src/store/orders';
import { createPortalLinks } from '../../src/store/portal-links';
import { createPullQueue } from '../../src/store/pull-queue';
import { createPurge } from '../../src/store/purge';
import { createReconciliations } from '../../src/store/reconciliations';
import { createReplays } from '../../src/store/replays';
import { createRequests } from '../../src/store/requests';
import { createSandboxInbox } from '../../src/store/sandbox-inbox';
import { createSealedValues } from '../../src/store/sealed-values';
import { createConsoleSessionRows, createPortalSessionRows } from '../../src/store/sessions';
import { createStatements } from '../../src/store/statements';
import { createStats } from '../../src/store/stats';
import { createWorkerReports } from '../../src/store/workers';
import { acceptedRow, anyClaims, anySeal, codesOf } from './database-of-file';

const now = new Date();
const order = { issuerId: 'acme', orderNo: 'one' };
const name = 'acme/one';

/** Each method of src/store by each of its ways; the names stand in test/store/exact-queries.ts. */
export const everyQuery = (of: Database): Record<string, () => Promise<unknown>> => {
  const secret = Buffer.from('sealed');
  const orders = createOrders(of);
  const codes = codesOf(of);
  const requests = createRequests(of);
  const alerts = createAlerts(of, anySeal);
  const inbox = createInbox(of, anySeal);
  let isOurs = true;
  const requireUntouched = (): void => {
    if (!isOurs) throw new Error('somebody else wrote it');
  };
  const issuers = createIssuers(of, {
    of: () => secret,
    requireUntouched,
    ofDeletion: () => secret,
    isDeletion: ({ deletionSeal }) => deletionSeal !== undefined,
  });
  const keys = createKeys(of);
  const settings = createOrderSettings(of, anySeal, Date.now);
  const maintenance = createMaintenance(of, anySeal, () => undefined, Date.now);
  const sealed = createSealedValues(of);
  const stats = createStats(of);
  const purge = createPurge(of, anyClaims);
  const ledger = createLedger(of);
  const workers = createWorkerReports(of, anySeal);
  const audit = createAudit(of, (text) => text);
  const all = <Row>(rows: readonly Row[]): readonly Row[] => rows;
  const consoleSessions = createConsoleSessionRows(of);
  const portalSessions = createPortalSessionRows(of);
  const portalLinks = createPortalLinks(of);
  const guesses = createGuesses(of, anySeal);
  const knownNetworks = createKnownNetworkRows(of);
  const approvals = createApprovals(of);
  const dayCounts = createDayCounts(of);
  const answers = createAnswers(of);
  const echoes = createEchoes(of, anySeal);
  const sandboxInbox = createSandboxInbox(of);
  const statements = createStatements(of);
  const comparisons = createComparisons(of);
  const reconciliations = createReconciliations(of);

  const row = acceptedRow(order.orderNo);
  const facts = (version: number): OrderFacts => ({ ...row.facts, version });
  const lines: TimelineEntry[] = [{ key: 'v2.0', atMs: 1, event: 'verification_judged', detail: {} }];
  const event: OrderEvent = { sequence: 1, type: 'order.delivered', atMs: 1, state: 'delivered' };
  const submission = (orderNo: string, id: string, value: string) => ({
    _id: `acme/${orderNo}/${id}`,
    orderId: `acme/${orderNo}`,
    issuerId: 'acme',
    orderNo,
    updateId: id,
    codes: [{ itemId: 'i', fingerprint: 'f', valueFingerprint: value, sealed: Buffer.from('s') }],
    at: now,
  });
  const issuer = {
    ...{ _id: 'acme', name: 'Acme', state: 'active', callback: { kind: 'function', name: 'f' }, codeMode: 'push' },
    ...{
      createdAt: now,
      secrets: [{ sealed: Buffer.from('s'), createdAt: now }],
      holds: [],
    },
  } as unknown as IssuerRow;
  const trouble = { kind: 'circuit_open', subject: 'acme', summary: 'It is open.' } as const;
  const raised = { _id: 'circuit_open/acme', ...trouble, state: 'raised', raisedAt: now } as const;
  const running = { states: ['accepted', 'verified'] as const, limit: 10 };

  return {
    'an order by its name': async () => {
      await orders.insertAccepted(row);
      await orders.find(order);
      await orders.view(order);
      await orders.viewForOperators(order);
      await orders.timelineOf(order);
      await orders.redeemedLately(order);
      await orders.versionsOf([name]);
      await orders.named([order]);
      const asked = { facts: { voidRequest: { requestId: 'r' } }, _id: name } as unknown as ListedOrder;
      await orders.page([asked], 1);
      await stats.again([name]);
    },
    'every write to an order': async () => {
      await orders.project(order, { facts: facts(2), entries: lines, events: [event] });
      await orders.writeView(order, facts(2), lines);
      await orders.isProjected(order, 2);
      await orders.recordTry(order, lines, { notified: true });
      await orders.recordTry({ ...order, orderNo: 'none' }, lines, { notified: true });
      await orders.noteForced(order, now);
      await orders.noteTampered(name, now);
      await orders.noteTampered(`${name}-not-there`, now);
      await orders.forgetTampered(name);
      await orders.notePaidTwice(order, { key: 'p', atMs: 1, event: 'payment_repeated', detail: {} });
      await orders.noteReported(order, { key: 'r', atMs: 1, event: 'code_reported', detail: {} });
      await orders.deferStart(name, now);
      await orders.markStarted(order);
      await orders.markEvent({ ...order, orderNo: 'none' }, 1, 'sent');
      await orders.markReplayed(order, 1, lines);
      await orders.deferEvents(name, now);
      await orders.endAfterSale(order, 'redeliver-3');
      await orders.deferAfterSales(name, now);
      await orders.noteVoidUntaken(order);
      await orders.applyDecision(row, { facts: row.facts, entries: lines, events: [event], ledger: [] });
      await orders.noteMessage(order, 'm', '.r');
      await orders.noteMessage(order, 'm', '.r');
      await orders.takeReceipt(
        row,
        { event: 'bounced', atMs: 1 },
        { ...event, key: 'r', event: 'receipt', detail: {} },
        event,
      );
      await orders.tellBounce(row, event);
      await orders.giveAway(row, { n: 1, hash: 'h' });
      await orders.recordReveal(row, { key: 'o', atMs: 1, event: 'opened', detail: {} });
      await orders.noteVoidReason(order, 'v', withoutLinks('x'));
      await orders.deferVoid(name, now);
      await orders.keepCorrection(order, { ref: 'r', terminal: row.terminal });
      await orders.findCorrection(order, 'r');
      await orders.dropCorrection(order, 'r');
      await orders.keepText(order, { ref: 't', text: withoutLinks('words') });
      await orders.setDeliveryState(order, 'sent');
      for (let n = 0; n < 5; n += 1) await orders.takePinAttempt(row, now);
      await orders.takePinAttempt(row, new Date(now.getTime() + dayMs));
      await orders.pinAttemptsOf(row);
      await orders.forgetPinAttempts(order);
      await orders.renewLink(row, { pickupHash: 'another', pickupLink: 2 });
    },
    'messages to buyers of a test issuer': async () => {
      await sandboxInbox.keep({ _id: 'm', issuerId: 'acme', at: now, channel: 'sms', sealed: secret });
      await sandboxInbox.newest('acme', 10);
    },
    'what an echo sends back': async () => {
      await echoes.keep({ issuerId: 'acme', messageId: 'e', atMs: 1 }, {});
      await echoes.read({ issuerId: 'acme', messageId: 'e' });
      await echoes.note({ issuerId: 'acme', messageId: 'e' }, { ok: true });
      await echoes.newestOf('acme');
    },
    'the order of a message': () => orders.findByMessage('m'),
    'orders of an issuer to be compared': () =>
      orders.numbersWithin('acme', { from: now, to: now, after: undefined }, 10),
    'what the daily comparison found': async () => {
      await comparisons.keep({
        _id: '2026-01-31',
        at: now,
        orders: 1,
        workflows: 1,
        isWhole: true,
        counts: [],
        findings: [],
      });
      await comparisons.newest(now);
    },
    'later deliveries that failed': async () => {
      await orders.deliveryFailed(10);
      await stats.deliveryFailedSince(now, 10);
    },
    'a reconciliation': async () => {
      const reconciliation = { issuerId: 'acme', reconciliationId: 'r' };
      await reconciliations.keepPage(reconciliation, 0, [], now);
      await reconciliations.finish(reconciliation, { at: now, compared: 1, equal: 1, pages: 1, kinds: {} });
      await reconciliations.find(reconciliation);
      await reconciliations.readPage(reconciliation, 0);
    },
    'reconciliations of an issuer': async () => {
      await reconciliations.newestOf('acme');
    },
    'orders of a statement': () => orders.changedOn('acme', '2026-01-31', 'a', 10),
    'a statement': async () => {
      const statement = { issuerId: 'acme', day: '2026-01-31' };
      const made = { making: 'm', asOf: now, orders: 1, parts: 1, at: now };
      await statements.keepPart(statement, 'm', 0, secret, now);
      await statements.finish(statement, made);
      const again = await statements.finish(statement, { ...made, making: 'n' });
      await statements.find(statement);
      await statements.readPart(statement, again, 0);
    },
    'void requests that wait': () => orders.waitingForVoid('open', now, 10, 'live'),
    'void requests that wait for a person': () => stats.countVoidUndecided(10),
    'messages that came back': async () => {
      await orders.bounced(10, 'live');
      await stats.countBounced(10);
    },
    'what was used of a day': async () => {
      await dayCounts.take({ name: 'sms/acme', n: 1, limit: 5, at: now });
      await dayCounts.giveBack({ name: 'sms/acme', n: 1, at: now });
      await dayCounts.usedOf([{ name: 'sms/acme', at: now }]);
    },
    'answers that have left': async () => {
      await answers.note([`${name}/call`], now);
      await answers.among([`${name}/call`]);
    },
    'a pick-up page': async () => {
      await orders.insertAccepted({ ...acceptedRow('linked'), pickupHash: 'hash' });
      await orders.findByPickup('hash');
    },
    'newest orders': () => orders.list({ limit: 10 }),
    'orders created within a time': async () => {
      await orders.list({ createdFrom: now, createdTo: now, before: 'z', limit: 10 });
      await stats.newest(now, 10);
      await stats.sold(now, 'z', 10);
    },
    'orders in a state': async () => {
      await orders.list({ state: 'accepted', limit: 10 });
      await orders.list(running);
      await stats.count('accepted', 10);
      await stats.newestExpired(10);
      await stats.oldest('undeliverable', 10);
    },
    'orders of an issuer': async () => {
      await orders.list({ issuerId: 'acme', createdAfter: now, limit: 10 });
      await orders.timelinesOf('acme', 10);
    },
    'orders of an issuer in a state': async () => {
      await orders.list({ issuerId: 'acme', state: 'accepted', limit: 10 });
      await orders.list({ issuerId: 'acme', ...running });
      await orders.openOf('acme', ['accepted', 'verified'], 10);
      await orders.openOf('acme', ['accepted', 'verified'], 10, '1');
    },
    'a batch over a product': async () => {
      await orders.list({ productId: 'coffee', limit: 10 });
      await orders.list({ productId: 'coffee', issuerId: 'acme', limit: 10 });
      await orders.list({ productId: 'coffee', ...running });
      await orders.list({ productId: 'coffee', issuerId: 'acme', ...running });
    },
    'search by the beginning of an order number': async () => {
      await orders.list({ orderNoPrefix: 'on', limit: 10 });
      await orders.list({ orderNoPrefix: 'on', state: 'accepted', limit: 10 });
    },
    'search by the beginning of an order number of an issuer': async () => {
      await orders.list({ orderNoPrefix: 'on', issuerId: 'acme', limit: 10 });
      await orders.list({ orderNoPrefix: 'on', issuerId: 'acme', state: 'accepted', limit: 10 });
    },
    'orders of a payment': () => orders.list({ paymentId: 'pay', limit: 10 }),
    'orders of a payer': () => orders.list({ payer: 'ann', limit: 10 }),
    'reconciler: orders that should run': () => orders.openAfter('0', now, 10, 'live'),
    'reconciler: orders without a workflow': async () => {
      await orders.unstarted(now, 10, 'live');
      await stats.countUnstarted(10);
    },
    'reconciler: what terminals have to hear': () => orders.withAfterSalesDue(now, 10, 'live'),
    'reconciler: events to be told': async () => {
      await orders.withPendingEvents(now, 10, 'live');
      await stats.countPendingEvents(10);
    },
    'refunds that are due': async () => {
      await orders.withRefund('refundOpen', undefined, 10, 'live');
      await orders.withRefund('refundOpen', 'z', 10, 'live');
      await stats.refundsLongestOpen(10);
      await stats.refundsOpen(10, 'live');
    },
    'refunds that are settled': () => orders.withRefund('refundSettled', 'z', 10, 'live'),
    'orders that somebody else wrote to': () => stats.tampered(10),
    'orders that went to an address': () => orders.sentTo('a', { field: 'address', is: /^a$/ }, 'live', 2, () => true),
    'orders paid twice': () => stats.paidTwiceSince(now, 10),
    'orders whose buyer reported a code': () => stats.codeReportedSince(now, 10),
    'events given up': () => stats.givenUpSince(now, 10),
    'reconciler: orders to be purged': () => purge.due(now, 10, 'live'),
    'reconciler: old orders that a mark keeps': () => purge.kept(now, '1', 10, 'live'),
    'the ledger of an order': async () => {
      await ledger.keep(order, [{ seq: 1, kind: 'redeemed', atMs: 1, by: 'issuer', operationId: 'r' }]);
      await ledger.keep(order, []);
      await ledger.ofOperation(order, 'r');
      await ledger.redemptions(order, 0, 10);
    },
    'what was taken back of some redemptions': () => ledger.reversalsOf(order, ['r']),
    'some codes of an order': () => codes.references(order, ['a']),
    'waiting orders of an issuer': () => orders.failing('acme', 'waiting'),
    'bounced messages of an issuer': () => orders.failing('acme', 'bounced'),
    'later deliveries of an issuer that failed': () => orders.failing('acme', 'untaken'),
    'events of an issuer given up': () => orders.failing('acme', 'given_up'),
    'void requests of an issuer that wait': () => orders.failing('acme', 'undecided'),
    'orders that wait for their issuer': () => orders.waitingForIssuer('live'),
    'failing orders with their newest lines': () => orders.withNewestLines([name]),
    'changed orders of an issuer': async () => {
      await orders.listChanged({ issuerId: 'acme', updatedAfter: now, limit: 2 });
      await orders.listChanged({ issuerId: 'acme', before: { updatedAtMs: 1, orderNo: 'a' }, limit: 2 });
    },
    'orders of an issuer by payment': () => orders.listChanged({ issuerId: 'acme', paymentId: 'p', limit: 2 }),
    'events of an issuer': async () => {
      const feed = createEventFeed(of, 0);
      await feed.page('acme', undefined, 1);
      const told = { ...event, status: 'sent', writtenAt: new Date(Date.now() - 60_000) } as const;
      const fed = { issuerId: 'feed', orderNo: 'one', _id: 'feed/one', position: 'feed', pickupHash: 'feed' };
      await orders.insertAccepted({ ...row, ...fed, events: [told] });
      await createEventFeed(of).page('feed', undefined, 1);
    },
    'the order of an event': async () => {
      await createPullQueue(of).told(['e', 'f']).next();
    },
    'events of an issuer that were not taken': async () => {
      await createReplays(of, anySeal).untaken('acme', { sinceMs: 1 }, 10);
    },
    'a replay': async () => {
      const replays = createReplays(of, anySeal);
      const events = [{ orderNo: 'one', sequence: 1 }];
      await replays.begin('acme', 'r', events, now);
      await replays.begin('acme', 'r', events, now);
      const isUntouched = () => false;
      await createReplays(of, { ...anySeal, isUntouched }).begin('acme', 'r', events, now);
      await replays.find('acme', 'r');
      const replay = await replays.next('acme', 'r', 1);
      if (replay) await replays.advance(replay, 1, 1);
      await replays.countTaken('acme', 'r');
      await replays.end('acme', 'r');
      await replays.forget('acme', 'r');
    },
    'conformance runs': async () => {
      const runs = createConformanceRuns(of, anySeal);
      const run = { ...{ issuerId: 'acme', runId: 'r', at: now, by: 'acme', url: 'https://a.example' } };
      const whole = { ...run, codeMode: 'push' } as const;
      await runs.begin(whole, now);
      await runs.begin(whole, now);
      await runs.countRunning(8, now);
      await runs.find('acme', 'r');
      await runs.runningOf('acme');
      await runs.newest('acme', 20);
      await runs.attempt('acme', 'r', 'p');
      const result = {
        ...{ name: 'n', outcome: 'passed', required: true, sent: [], came: [] },
        expected: '',
        tookMs: 1,
      };
      await runs.note('acme', 'r', 'p', result as KeptResult);
      const begun = await runs.find('acme', 'r');
      if (begun) await runs.end(begun, 'p', { state: 'passed', endedAt: now, results: [] });
      await runs.forget('acme', 'r');
      await runs.begin(whole, now);
      await runs.begin({ ...whole, runId: 'lost' }, new Date(now.getTime() + 1));
      await createConformanceRuns(of, { ...anySeal, isUntouched: () => false }).begin({ ...whole, runId: 's' }, now);
    },
    'conformance orders': async () => {
      const orders = createConformanceOrders(of);
      await orders.insert({
        _id: 'acme/c',
        prefix: 'p',
        changes: 1,
        sealed: Buffer.from('sealed'),
        values: [],
        messages: [],
        dueAt: null,
        at: now,
      });
      await orders.find('acme/c');
      const sealed = Buffer.from('sealed anew');
      await orders.replace({ _id: 'acme/c', changes: 2, sealed, values: [], messages: [], dueAt: null }, 1);
      await orders.due('p', now, 2);
      await orders.findByMessage('p', 'm');
      await orders.holdsElsewhere('p', 'acme/c', ['v']);
    },
    'reconciler: replays that run': () => createReplays(of, anySeal).running('', now, 2),
    'what an issuer fetches': async () => {
      const pulls = createPullQueue(of);
      await pulls.due('acme', 1, 2);
      await pulls.left('acme', 2);
      await pulls.takeOut({ _id: name, toGive: 'acme/0' });
    },
    'what an order has to be fetched': async () => {
      const pulls = createPullQueue(of);
      const message = { id: 'm', kind: 'paid', atMs: 1, verifyByMs: 2 } as const;
      await pulls.offer(order, message, 1);
      await pulls.offer(order, message, 1);
      await pulls.offerEvent(order, 1, 1);
      await pulls.offerAgain(order, 'm', 'again', 1);
      const given = { messages: new Map([['m', { attempt: 1, atMs: 1 }]]), events: new Map(), lines: [] };
      await pulls.give(acceptedRow(order.orderNo), { ...given, nextAtMs: 1 });
    },
    'open orders of an issuer that fetches from now on': () => createPullQueue(of).offerAll('acme', 'open', 1),
    'events of an issuer that fetches from now on': () => createPullQueue(of).offerAll('acme', 'events', 1),
    'events of an issuer that is called again': () => orders.lookAtEvents('acme', now),
    'void requests of an issuer that fetches from now on': () =>
      createPullQueue(of).offerAll('acme', 'void_requests', 1),
    'purge of an order': async () => {
      await codes.claimFor(submission('purged', 'u', 'purged'));
      await purge.forget(acceptedRow('purged'), now);
    },
    'codes, by the value of one': async () => {
      await codes.claimFor(submission('one', 'u', 'v'));
      await codes.claimFor(submission('two', 'u', 'v'));
      await codes.claimFor(submission('one', 'other', 'v'));
      await codes.holdersOf([{ issuerId: 'acme', valueFingerprint: 'v' }]);
      const forged = codesOf(of, { ...anyClaims, fits: () => () => false });
      await forged.claimFor(submission('three', 'u', 'v'));
      await forged.claimFor(submission('three', 'u', 'v'));
    },
    'codes, by their call': async () => {
      await codes.claimFor(submission('one', 'u', 'v'));
      await codes.keepLate(submission('one', 'late', 'w'));
      await codes.markAccepted(['acme/one/late']);
      await codes.markLate('acme/one/none');
      await codes.askAgain(order, 'acme/one/none');
      await codes.release({ _id: 'acme/one/none', asks: 1 });
      await codes.keepUnjudged('acme/one/u', now);
      await codes.defer('acme/one/u', now);
    },
    'codes of an order': async () => {
      await codes.accepted(order);
      await codes.references(order);
      await codes.notHeard(order, 1);
      await codes.given(order, '1/acme/one/id');
      await codes.submitted(order);
      await codes.look({ ...order, _id: name });
      await codes.isBeingPurged({ ...order, _id: name });
    },
    'reconciler: codes without a verdict': () => codes.unjudged(now, 10, 'live'),
    'a request by its webhook-id': async () => {
      // The second takes up what the first left: its lease is over, though the database does not forget it yet.
      await requests.reserve('acme/id', '/p', 'h', now.getTime() - 60_000);
      await requests.reserve('acme/id', '/p', 'h', now.getTime());
      await requests.keep('acme/id', now, 200, secret);
      await requests.defer('acme/id', now);
      await requests.reopen('acme/id', now);
    },
    'reconciler: requests that never ended': () => requests.abandoned(now, 10),
    'a message in the inbox, by its name': async () => {
      await inbox.put(order, 'u', { kind: 'refuse' } as never, now);
      await inbox.waitingFor(order, 10);
      await inbox.defer('acme/one/u', now);
      await inbox.remove(order, 'u');
    },
    'reconciler: messages in the inbox': () => inbox.waiting(now, 10, 'live'),
    'the audit log': async () => {
      await audit.list({ from: now, to: now }, undefined, 10);
      await audit.list({}, 'z', 10);
    },
    'the audit log of an operator': () => audit.list({ actor: 'ann' }, 'z', 10),
    'an action in the audit log': () => audit.list({ action: 'order.cancelled', phase: 'done' }, 'z', 10),
    'sign-ins in the audit log': () => audit.list({ signIns: 'only' }, 'z', 10),
    'the audit log without sign-ins': () => audit.list({ signIns: 'without' }, 'z', 10),
    'a target in the audit log': () => audit.list({ target: 'acme/one' }, 'z', 10),
    'the chain of the audit log': async () => {
      const entry = { at: now, actor: 'ann', action: 'a', target: 't', phase: 'done' } as const;
      await audit.append(entry, 'one');
      await createAudit(of, (text) => text).append(entry, 'two');
      const late = createAudit(of, (text) => text);
      await audit.append(entry, 'three');
      await Promise.all([late.append(entry, 'four'), audit.append(entry, 'five')]);
      await audit.after(0, 10);
      // What somebody else wrote is passed over.
      await createAudit(of, (text) => `other ${text}`).append(entry, 'six');
    },
    'troubles of a kind': async () => {
      await alerts.raised('circuit_open', 10);
      await stats.countRaised('circuit_open', 10);
    },
    'a trouble by its name': async () => {
      await alerts.raise(trouble, now, ['webhook']);
      await createAlerts(of, { ...anySeal, isUntouched: () => false }).raise(trouble, now, ['webhook']);
      await alerts.drop(raised);
      await alerts.defer(raised, 'webhook', 1, now);
      await alerts.settle({ ...raised, state: 'cleared' }, 'webhook');
      await alerts.clear(raised, now, ['webhook']);
      await alerts.clear(raised, now, []);
    },
    'reconciler: alerts to be sent by webhook': () => alerts.untold('webhook', now, 10),
    'reconciler: alerts to be sent by mail': () => alerts.untold('email', now, 10),
    'an issuer by its id': async () => {
      await issuers.insert(issuer);
      await issuers.find('acme');
      await issuers.findEver('acme');
      await issuers.logoOf('acme');
      await issuers.findTogether('acme');
      await issuers.change('acme', { name: 'B' });
      await issuers.replaceSettings('acme', {});
      await issuers.goLive('acme');
      await issuers.askHostCheck('acme', 'https://issuer.example.com', now);
      await issuers.noteHostCheck('acme', { askedAt: now, checkedAt: now, found: { file: 'found' } });
      await issuers.prove('acme', { host: 'issuer.example.com', by: 'file', at: now });
      await issuers.pause('acme', now);
      await issuers.resume('acme', now);
      await issuers.replaceSecrets(issuer, issuer.secrets);
      await issuers.isUntouched({ ...issuer, tamperedAt: now }, now);
      isOurs = false;
      await issuers.isUntouched(issuer, now);
      await issuers.noteTampered('acme', now);
      await issuers.bury('acme', now);
      isOurs = true;
      await issuers.bury('acme', now);
      await issuers.isDeleted({ ...issuer, deletedAt: now, tamperedAt: now }, now);
    },
    'list of issuers': async () => {
      await issuers.list(undefined, 10);
      await issuers.list('a', 10);
    },
    'issuers in a state': async () => {
      await issuers.paused(10);
      await issuers.activeWithoutProof(10);
      await stats.countIssuers('active', 10);
    },
    'issuers that somebody else wrote to': () => stats.tamperedIssuers(10),
    'orders of a test issuer that wait': () => orders.waitingOf('acme', 10),
    'test issuers': async () => {
      await issuers.tests(10);
      await issuers.forgetTest(`${testIdPrefix}${'0'.repeat(20)}`);
      await issuers.endedTests(now, 10);
      await issuers.oldTombstones(now, 10);
      await issuers.forgetTombstone({ ...issuer, _id: `${testIdPrefix}${'0'.repeat(20)}` });
    },
    'issuers that were deleted lately': () => issuers.buriedSince(now, 10, 'live'),
    'rows that no start has sealed': async () => {
      await issuers.insert({ ...issuer, _id: 'unsealed' });
      const unsealed = { _id: 'unsealed', issuerId: 'acme' };
      await of.orderSettings.insertOne({ ...unsealed, settings: {} });
      await of.inbox.insertOne({
        ...unsealed,
        orderNo: 'one',
        updateId: 'u',
        message: { kind: 'refuse' } as never,
        at: now,
      });
      isOurs = false;
      await issuers.sealAll();
      isOurs = true;
      await settings.sealAll();
      await inbox.sealAll();
      await orders.areNone();
      await orders.areUnbound();
      const { mac, ...unbound } = acceptedRow('unbound');
      await of.orders.insertOne(unbound as never);
      await orders.bindAll(() => ({ mac }));
      await codes.bindAll();
    },
    'settings of the platform or a product': async () => {
      await settings.platform();
      await settings.isUntouched();
      await settings.replaceProduct('acme', 'tea', {});
      await settings.platformLately();
      await settings.effectiveFor(issuer, 'coffee');
      await settings.replacePlatform({});
      await settings.replaceProduct('acme', 'coffee', { callsAtOnce: 1 });
      await maintenance.read();
      await maintenance.change({ on: false, since: now, by: 'test' });
    },
    'products that have settings': async () => {
      await settings.products('acme', undefined, 10);
      await settings.products('acme', 'a', 10);
    },
    'a key of the platform': async () => {
      const key = await keys.readOrMake('key', () => secret);
      await keys.find('key');
      await keys.rotate(key, secret, now, false);
      await keys.sealAnew(key, secret);
    },
    'sealing anew under another master key': async () => {
      for (const kind of ['platformKey', 'issuerSecret', 'orderKey', 'answer'] as const) {
        for (const { id } of await sealed.after(kind, '', 1)) {
          for (const value of await sealed.of(kind, id)) await value.replace(value.sealed);
        }
      }
    },
    'a session of the console': async () => {
      const times = { startedAt: now, seenAt: now, liveUntil: now, endsAt: now };
      await consoleSessions.insert({ _id: 's', position: 'p', name: 'ann', role: 'viewer', ...times }, 1, all);
      await consoleSessions.insert({ _id: 't', position: 'q', name: 'ann', role: 'viewer', ...times }, 1, all);
      await consoleSessions.find('s');
      await consoleSessions.touch('s', now, now);
      await consoleSessions.end({ _id: 's' });
    },
    'links to an issuer’s own page': async () => {
      await portalLinks.insert({ _id: 'l', issuerId: 'acme', sealed: secret, endsAt: now });
      await portalLinks.find('l');
      await portalLinks.count('acme', 1, () => []);
      await portalLinks.take('l');
      await portalLinks.end('acme');
    },
    'sessions at an issuer’s own page': async () => {
      const times = { startedAt: now, seenAt: now, liveUntil: now, endsAt: now };
      await portalSessions.insert({ _id: 's', position: 'p', name: 'acme', sealed: secret, ...times }, 1, all);
      await portalSessions.insert({ _id: 't', position: 'q', name: 'acme', sealed: secret, ...times }, 1, all);
      await portalSessions.reseal('s', secret);
      await portalSessions.list('acme', 'q', 10);
      await portalSessions.end({ name: 'acme' });
    },
    'an approval by its id': async () => {
      const who = { orderId: name, ...order, askedBy: 'ann' };
      await approvals.insert({
        ...{ _id: 'a', position: 'p', ...who, sealed: Buffer.from('s'), askedAt: now, endsAt: now, state: 'open' },
      } as const);
      await approvals.find('a');
      await approvals.decide('a', 'approved', 'bob', now);
      await approvals.markDone('a');
      await approvals.reopen('a');
      await approvals.takeBack('a');
    },
    approvals: async () => {
      await approvals.list(undefined, 10);
      await approvals.list('q', 10);
    },
    'approvals that wait': async () => {
      await approvals.countOpen('ann', now, 10, all);
    },
    'when operator tokens were guessed': async () => {
      await guesses.note(now);
      await guesses.lastAt();
    },
    'where operators work': async () => {
      await knownNetworks.note('n', now);
      await knownNetworks.takenSince(now);
    },
    'sessions of the console': async () => {
      await consoleSessions.list(undefined, undefined, 10);
      await consoleSessions.list('ann', 'p', 10);
      await consoleSessions.end({ name: 'ann' });
    },
    'sessions that ended at the OpenID provider': async () => {
      await consoleSessions.endOutside({ sub: 'a', sid: 'b' }, now);
      await consoleSessions.endOutside({ sid: 'b' }, now);
    },
    'workers that report': async () => {
      await workers.report({ _id: 'w', host: 'h', startedAt: now, at: now, circuits: [], openedLately: [] });
      await workers.leave('w', now);
      await workers.alive(now, 20_000, 10);
      await workers.lastSeenAt(now);
    },
  };
};
