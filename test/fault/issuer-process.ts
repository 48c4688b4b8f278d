import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { CodeRequest, IssuedCode, OrderEventMessage, PaidNotice, VoidRequested } from '../../packages/issuer/src';
import { createIssuerClient, type IssuerClient, ProblemError } from '../../packages/issuer/src';
import { verifySignature } from '../../src/signing/verify';
import { playBadReply } from './bad-replies';
import { codeHashesIn, hashesOf, openFactLog, sha256 } from './facts';
import { createTryCount, ownPort, type Phase, readBody, readOutside } from './outside';
import type { PlannedIssuer, PlannedOrder } from './plan';
import { decideAtTheEnd, type RacedOrder, raceAfterDelivery, voidDuringDelivery } from './race-calls';
import { isRace, racedUses } from './races';
import { terminalOf } from './terminal-addresses';

/**
 * The issuers' servers, in a process of their own: they place orders, are called back, answer well and badly, and write
 * down all that they see. A call without a good answer is repeated under its webhook-id until there is one.
 */
const { baseUrl, terminalsUrl, issuers, logFile } = readOutside();
const tell = openFactLog(logFile);
const tryOf = createTryCount();

const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const group = (): string => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
/** Longer than the platform may take for any answer. */
const tryLimitMs = 30_000;
/** Longer than a notice whose worker died is kept by the engine before it is given to another one. */
const verifiesLateMs = 25_000;

interface Body {
  readonly orderNo?: string;
  readonly codes?: IssuedCode[];
  readonly redemptionId?: string;
  readonly settlementId?: string;
  readonly amount?: object;
  readonly decision?: string;
}

/** What the judge of races goes by. */
const saidAfterSale = ({ redemptionId, settlementId, amount, decision }: Body): Record<string, unknown> | undefined => {
  const said = { redemptionId, settlementId, amount, decision };
  return Object.values(said).some((value) => value !== undefined) ? said : undefined;
};

/** Writes down each try of a call with its answer, beneath the client that repeats it. */
const tellingFetch =
  (issuerId: string): typeof fetch =>
  async (input, init) => {
    const [, , , , , orderInPath, operation] = new URL(String(input)).pathname.split('/');
    const text = typeof init?.body === 'string' ? init.body : '';
    const body = (text === '' ? {} : JSON.parse(text)) as Body;
    const about = {
      issuerId,
      orderNo: orderInPath ?? body.orderNo ?? '',
      call: operation ?? (init?.method === 'POST' ? 'orders' : 'read'),
      id: new Headers(init?.headers).get('webhook-id') ?? '',
      bodyHash: sha256(text),
    };
    const isSent = about.call !== 'read';
    const said = orderInPath === undefined ? undefined : saidAfterSale(body);
    if (isSent) {
      tell({
        what: 'asked',
        ...about,
        ...(body.codes ? { codes: hashesOf(body.codes) } : {}),
        ...(said ? { said } : {}),
      });
    }
    const startedMs = Date.now();
    try {
      const response = await fetch(input, init);
      const answer = await response.text();
      if (isSent) {
        tell({
          what: 'answered',
          ...about,
          status: response.status,
          body: parsed(answer),
          isReplay: response.headers.get('idempotency-replayed') === 'true',
          tookMs: Date.now() - startedMs,
        });
      }
      return new Response(answer === '' ? null : answer, { status: response.status, headers: response.headers });
    } catch (error) {
      const problem = (error as Error).name === 'TimeoutError' ? 'timeout' : 'broken';
      if (isSent) tell({ what: 'unanswered', ...about, problem, tookMs: Date.now() - startedMs });
      throw error;
    }
  };

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { unreadable: text.slice(0, 200) };
  }
};

class GivesUp extends Error {}

interface Account {
  readonly issuerId: string;
  readonly secret: string;
  readonly codeMode: 'push' | 'request';
  readonly channel: PlannedIssuer['channel'];
  readonly codeInMessage: boolean;
  readonly client: IssuerClient;
  /** Does not repeat what had no good answer. */
  readonly carelessClient: IssuerClient;
  /** Codes that an order was delivered with: what a `reuses_a_code` gives once more. */
  used: IssuedCode | undefined;
  notices: number;
}

interface Order {
  readonly plan: PlannedOrder;
  readonly account: Account;
  codes: IssuedCode[] | undefined;
  pickupUrl: string | undefined;
  notice: PaidNotice | undefined;
  isAtWork: boolean;
  wasVerified: boolean;
  isRaced: boolean;
}

const accounts = new Map<string, Account>(
  issuers.map(({ issuerId, secret, codeMode, channel, settings }) => [
    issuerId,
    {
      issuerId,
      secret,
      codeMode,
      channel,
      codeInMessage: settings?.codeInMessage === true,
      carelessClient: createIssuerClient({
        baseUrl,
        issuerId,
        secret,
        fetch: tellingFetch(issuerId),
        tryLimitMs,
        wait: () => Promise.reject(new GivesUp()),
      }),
      client: createIssuerClient({
        baseUrl,
        issuerId,
        secret,
        fetch: tellingFetch(issuerId),
        triesMax: 100_000,
        tryLimitMs,
        totalLimitMs: 900_000,
      }),
      used: undefined,
      notices: 0,
    },
  ]),
);
const orders = new Map<string, Order>();

const about = ({ plan: { issuerId, orderNo } }: Order) => ({ issuerId, orderNo });
const newId = (): string => randomUUID();

/** A refusal by the platform is an answer like any other, and written down already. */
const attempt = async <T>(send: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ProblemError || error instanceof GivesUp) return undefined;
    throw error;
  }
};

/** The same call twice at once under one webhook-id, and then once more under another. */
const asPlanned = async <T>({ plan }: Order, send: (webhookId: string) => Promise<T>): Promise<T | undefined> => {
  const webhookId = newId();
  if (plan.behaviour !== 'twice') return attempt(() => send(webhookId));
  const [first] = await Promise.all([attempt(() => send(webhookId)), attempt(() => send(webhookId))]);
  const again = await attempt(() => send(newId()));
  return first ?? again;
};

const newValue = (): string => `FLT-${group()}-${group()}-${group()}-${group()}`;

const codesOf = (order: Order): IssuedCode[] => {
  if (!order.codes) {
    order.codes = Array.from({ length: order.plan.quantity }, (_, n) => ({
      itemId: `item-${n + 1}`,
      value: newValue(),
      format: 'text' as const,
      ...(order.plan.behaviour === 'redeem_against_void' && n === 0 ? { uses: racedUses } : {}),
    }));
    tell({ what: 'gave_codes', ...about(order), codes: hashesOf(order.codes) });
  }
  return order.codes;
};

const place = async (order: Order): Promise<void> => {
  const { plan, account } = order;
  const { orderNo, quantity, value, behaviour } = plan;
  const content = {
    orderNo,
    quantity,
    product: { id: 'voucher', name: 'Voucher of the fault suite' },
    amount: { value, currency: 'EUR' },
    terminal: terminalOf(account.channel, plan, terminalsUrl),
  };
  const webhookId = newId();
  const placed = await attempt(() => account.client.placeOrder(content, { webhookId }));
  order.pickupUrl = placed?.pickupUrl;
  if (behaviour === 'twice') {
    await attempt(() => account.client.placeOrder(content, { webhookId }));
    await attempt(() => account.client.placeOrder(content));
  }
  if (behaviour === 'same_id_other_body') {
    const other = { ...content, amount: { value: value + 1, currency: 'EUR' } };
    await attempt(() => account.client.placeOrder(other, { webhookId }));
  }
  if (behaviour === 'cancels_at_once') await cancel(order);
};

const cancel = (order: Order) =>
  asPlanned(order, (webhookId) =>
    order.account.client.cancelOrder({ orderNo: order.plan.orderNo, reason: 'changed my mind' }, { webhookId }),
  );

const racedOf = (order: Order, token: string): RacedOrder => ({
  orderNo: order.plan.orderNo,
  token,
  client: order.account.client,
  pickupUrl: order.pickupUrl,
  attempt,
  newCode: (itemId) => {
    const code = { itemId, value: newValue(), format: 'text' as const };
    tell({ what: 'gave_codes', ...about(order), codes: hashesOf([code]) });
    return code;
  },
});

const submit = (order: Order, token: string, codes: readonly IssuedCode[]) =>
  asPlanned(order, (webhookId) =>
    order.account.client.submitCodes({ orderNo: order.plan.orderNo, token, codes }, { webhookId }),
  );

const supply = async (order: Order, token: string, issueBy: string): Promise<void> => {
  const codes = codesOf(order);
  switch (order.plan.behaviour) {
    case 'part_of_the_codes':
      await submit(order, token, codes.slice(0, -1));
      return;
    case 'late_codes':
      await pause(Math.max(0, Date.parse(issueBy) - Date.now()) + 1_500);
      await submit(order, token, codes);
      return;
    case 'codes_after_a_cancel':
      await cancel(order);
      await submit(order, token, codes);
      return;
    case 'split':
      await Promise.all([...codes].reverse().map((code) => submit(order, token, [code])));
      return;
    case 'gives_codes_once':
      await attempt(() => order.account.carelessClient.submitCodes({ orderNo: order.plan.orderNo, token, codes }));
      return;
    case 'cancels_in_a_race':
      await Promise.all([submit(order, token, codes), pause(randomInt(120)).then(() => cancel(order))]);
      return;
    case 'void_against_delivery':
      await Promise.all([submit(order, token, codes), voidDuringDelivery(racedOf(order, token))]);
      return;
    case 'reuses_a_code': {
      const { used } = order.account;
      if (used) await submit(order, token, [{ ...used, itemId: 'item-1' }]);
      await submit(order, token, codes);
      return;
    }
    default:
      await submit(order, token, codes);
  }
};

const verify = async (order: Order, { token, amount }: PaidNotice): Promise<string | undefined> => {
  const { orderNo, quantity, behaviour } = order.plan;
  const { client } = order.account;
  if (behaviour === 'wrong_then_right') {
    await attempt(() => client.verifyOrder({ orderNo, quantity, amount, token: 'not-the-token' }));
    await attempt(() =>
      client.verifyOrder({ orderNo, quantity, token, amount: { ...amount, value: amount.value + 1 } }),
    );
  }
  const answer = await asPlanned(order, (webhookId) =>
    client.verifyOrder({ orderNo, token, quantity, amount }, { webhookId }),
  );
  if (answer) order.wasVerified = true;
  return answer?.issueBy;
};

/** What an issuer does once it knows that an order is paid. */
const work = async (order: Order, notice: PaidNotice): Promise<void> => {
  const { plan, account } = order;
  const { token } = notice;
  if (plan.behaviour === 'silent') return;
  if (plan.behaviour === 'refuses' && account.codeMode === 'push') {
    await asPlanned(order, (webhookId) =>
      account.client.refuseOrder({ orderNo: plan.orderNo, token, reason: 'out_of_stock' }, { webhookId }),
    );
    return;
  }
  if (plan.behaviour === 'codes_before_verification') {
    // Half of them hear the refusal first; with the others both are under way at once.
    if (Number(plan.orderNo.split('-').at(-1)) % 2 === 0) {
      await attempt(() => account.carelessClient.submitCodes({ orderNo: plan.orderNo, token, codes: codesOf(order) }));
    }
    const early = submit(order, token, codesOf(order));
    await pause(300);
    await verify(order, notice);
    await early;
    return;
  }
  if (plan.behaviour === 'verifies_late') await pause(verifiesLateMs);
  const issueBy = await verify(order, notice);
  if (issueBy && account.codeMode === 'push') await supply(order, token, issueBy);
};

const workOnce = async (order: Order, notice: PaidNotice): Promise<void> => {
  order.notice = notice;
  if (order.isAtWork) return;
  order.isAtWork = true;
  await work(order, notice);
};

const json = (response: ServerResponse, status: number, body?: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body));
};

const later = (task: Promise<unknown>): void => {
  task.catch((error: Error) => process.stderr.write(`${error.stack}\n`));
};

const onPaid = async (order: Order, notice: PaidNotice, n: number, response: ServerResponse): Promise<string> => {
  const { plan, account } = order;
  account.notices += n === 1 ? 1 : 0;
  if (plan.issuerId === 'gone' && n === 1 && account.notices % 3 === 1) {
    await playBadReply('status_410', response);
    return 'status_410';
  }
  const bad = plan.paidReplies[n - 1];
  if (bad) {
    if (bad.acts) later(workOnce(order, notice));
    if (!(await playBadReply(bad.reply, response))) return bad.reply;
  }
  if (plan.behaviour === 'eager') await workOnce(order, notice);
  else later(workOnce(order, notice));
  json(response, 200);
  return 'ok';
};

const onCodeRequested = async (
  order: Order,
  request: CodeRequest,
  n: number,
  response: ServerResponse,
): Promise<{ reply: string; codes?: IssuedCode[] }> => {
  const { plan } = order;
  const bad = plan.codeReplies[n - 1];
  if (bad && !(await playBadReply(bad, response))) return { reply: bad };
  if (plan.behaviour === 'refuses') {
    json(response, 200, { status: 'refused', reason: 'out_of_stock' });
    return { reply: 'refused' };
  }
  if (['split', 'cancels_in_a_race', 'reuses_a_code', 'twice', 'gives_codes_once'].includes(plan.behaviour)) {
    json(response, 200, { status: 'issuing' });
    later(supply(order, request.token, request.issueBy));
    return { reply: 'issuing' };
  }
  if (plan.behaviour === 'cancels_while_asked') {
    later(cancel(order));
    await pause(3_000);
  }
  const codes = codesOf(order);
  json(response, 200, { status: 'issued', codes });
  return { reply: 'issued', codes };
};

/** A buyer who is told that the code is there looks at once. */
const lookAtPage = async (order: Order): Promise<void> => {
  if (!order.pickupUrl) return;
  for (let n = 0; n < 20; n += 1) {
    const text = await fetch(`${order.pickupUrl}/reveal`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(tryLimitMs),
    })
      .then((response) => (response.ok ? response.text() : undefined))
      .catch(() => undefined);
    if (text !== undefined) {
      tell({ what: 'page_seen', ...about(order), hashes: codeHashesIn(text) });
      return;
    }
    await pause(1_000);
  }
};

const onEvent = async (order: Order, type: string, n: number, response: ServerResponse): Promise<string> => {
  const bad = order.plan.eventReplies[n - 1];
  if (type === 'order.delivered') {
    order.account.used ??= order.codes?.[0];
    if (n === 1) later(lookAtPage(order));
  }
  const { behaviour } = order.plan;
  if (isRace(behaviour) && type === 'order.delivered' && !order.isRaced && order.notice) {
    order.isRaced = true;
    later(raceAfterDelivery(behaviour, racedOf(order, order.notice.token)));
  }
  if (bad && !(await playBadReply(bad, response))) return bad;
  json(response, 204);
  return 'ok';
};

const onCallback = async (
  account: Account,
  raw: Buffer,
  headers: NodeJS.Dict<string | string[]>,
  response: ServerResponse,
) => {
  const verdict = verifySignature({
    headers: {
      id: String(headers['webhook-id']),
      timestamp: String(headers['webhook-timestamp']),
      signature: String(headers['webhook-signature']),
    },
    body: raw,
    keys: { secrets: [account.secret] },
    nowMs: Date.now(),
  });
  if (!verdict.ok) return json(response, 401);
  const { type, data } = JSON.parse(raw.toString()) as {
    type: string;
    data: Record<string, unknown> & { orderNo: string };
  };
  const order = orders.get(`${account.issuerId}/${data.orderNo}`);
  const { token: _, ...told } = data;
  const named = { issuerId: account.issuerId, orderNo: data.orderNo, type, id: verdict.id };
  tell({ what: 'heard', ...named, bytesHash: sha256(raw), data: told });
  if (!order) return json(response, 404);
  const n = tryOf(verdict.id);
  if (type === 'order.code_requested') {
    const { reply, codes } = await onCodeRequested(order, data as unknown as CodeRequest, n, response);
    tell({ what: 'replied', ...named, reply, ...(codes ? { codes: hashesOf(codes) } : {}) });
    return;
  }
  if (type === 'order.void_requested') {
    if (n === 1) later(decideAtTheEnd(racedOf(order, order.notice?.token ?? ''), data as unknown as VoidRequested));
    json(response, 200, { status: 'deciding' });
    tell({ what: 'replied', ...named, reply: 'deciding' });
    return;
  }
  const reply =
    type === 'order.paid'
      ? await onPaid(order, data as unknown as PaidNotice, n, response)
      : await onEvent(order, type as OrderEventMessage['type'], n, response);
  tell({ what: 'replied', ...named, reply });
};

const begin = ({ phase, orders: planned }: Phase): void => {
  for (const plan of planned) {
    const account = accounts.get(plan.issuerId);
    if (!account) throw new Error(`no issuer is named ${plan.issuerId}`);
    const order: Order = {
      plan,
      account,
      codes: undefined,
      pickupUrl: undefined,
      notice: undefined,
      isAtWork: false,
      wasVerified: false,
      isRaced: false,
    };
    orders.set(`${plan.issuerId}/${plan.orderNo}`, order);
    const { behaviour, quantity, value } = plan;
    const { channel, codeInMessage, codeMode } = account;
    setTimeout(() => {
      tell({ what: 'bought', ...about(order), behaviour, quantity, value, channel, codeInMessage, codeMode, phase });
      later(place(order));
    }, plan.placeAtMs);
  }
};

/** After the last fault: what was verified once is asked again, under a new name, and must be answered the same. */
const verifyAgain = async (limit: number): Promise<void> => {
  const verified = [...orders.values()].filter(({ wasVerified, notice }) => wasVerified && notice);
  for (const order of verified.slice(0, limit)) {
    const { token, amount } = order.notice as PaidNotice;
    const { orderNo, quantity } = order.plan;
    await attempt(() => order.account.client.verifyOrder({ orderNo, token, quantity, amount }));
  }
};

createServer(async (request, response) => {
  try {
    const [, kind, name = ''] = (request.url ?? '').split('/');
    const raw = await readBody(request);
    const account = accounts.get(name);
    if (kind === 'callbacks' && account) return await onCallback(account, raw, request.headers, response);
    if (kind === 'redirected') {
      tell({ what: 'redirect_followed', issuerId: '', orderNo: '' });
      return json(response, 200);
    }
    if (kind === 'phase') {
      begin(JSON.parse(raw.toString()) as Phase);
      return json(response, 204);
    }
    if (kind === 'verify-again') {
      await verifyAgain(Number(name));
      return json(response, 204);
    }
    json(response, 404);
  } catch {
    response.destroy();
  }
}).listen(ownPort(), '127.0.0.1');
