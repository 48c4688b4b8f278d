import { randomBytes } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { BSON } from 'mongodb';
import { someAtOnce } from '../../src/bounded/some-at-once';
import { afterSaleWorkflowId } from '../../src/domain/ids';
import { workflowNames } from '../../src/order-messages/order-messages';
import type { Adapter } from '../../src/second-interface/adapter-api';
import { isAllowed, toldBy } from '../replay/allowed-payloads';
import { historyJson } from '../replay/histories';
import type { TestIssuer } from '../support/issuer';
import { type Answer, type Platform, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { reveal } from '../support/reveal';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';
import { formsOf, openedText, showing } from './plain-text';

/** A function that is an issuer: it throws with a code in its error before it gives one. */
const adapter: Adapter = {
  name: 'secretive',
  onMessage: async (message, api) => {
    const { orderNo, token, quantity, amount } = message.data as Record<string, string>;
    if (message.type === 'order.paid') {
      secretOf('the token of function', token as string);
      const verification = { type: 'order.verification', orderNo, token, quantity, amount };
      await api.verifyOrder(verification as unknown as Parameters<typeof api.verifyOrder>[0]);
      return undefined;
    }
    if (message.type !== 'order.code_requested') return undefined;
    adapterAsked += 1;
    if (adapterAsked === 1) throw new Error(`cannot give ${code('thrown').value} to ${token}`);
    return { status: 'issued', codes: [{ ...code('function'), format: 'text' }] };
  },
};
let adapterAsked = 0;

const masterKey = randomBytes(32);
const file = platformOfFile({ masterKeys: [masterKey], adapters: [adapter] });
let terminal: TestTerminal;
let afterSales: jest.SpiedFunction<Platform['core']['gateway']['startAfterSale']>;

/** By name; each of them would be recognised anywhere. */
const secrets = new Map<string, string | Buffer>();
const secretOf = (name: string, secret: string | Buffer): string | Buffer => {
  secrets.set(name, secret);
  return secret;
};

/** Escaped in JSON, more than one byte in UTF-8, more than one unit in UTF-16. */
const code = (name: string) => {
  const known = codes.get(name);
  if (known) return known;
  const fresh = {
    itemId: `item-${name}`,
    value: `code-${name}-"quoted\\${randomBytes(8).toString('hex')}"-für-🎟`,
    secret: `pin-${name}-${randomBytes(8).toString('hex')}`,
  };
  codes.set(name, fresh);
  secretOf(`the code ${name}`, fresh.value);
  secretOf(`the pin of ${name}`, fresh.secret);
  return fresh;
};
const codes = new Map<string, { itemId: string; value: string; secret: string }>();

const issuers: TestIssuer[] = [];
/** What the platform said to issuers, but for an Order's own link (rule 9). */
const answers: string[] = [];
const heard = (answer: Answer, status: number): Answer => {
  answers.push(JSON.stringify(answer.body), JSON.stringify([...answer.headers]));
  if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
};

const newIssuer = async (settings: Record<string, unknown> = {}): Promise<TestIssuer> => {
  const issuer = await file.issuer({ verifyWindowSeconds: 600, ...settings });
  secretOf(`the secret of ${issuer.issuerId}`, issuer.secret);
  secretOf(`the raw secret of ${issuer.issuerId}`, Buffer.from(issuer.secret.slice('whsec_'.length), 'base64'));
  issuers.push(issuer);
  return issuer;
};

const noteLink = (orderNo: string, { body }: Answer): void => {
  if (body.pickupUrl) secretOf(`the link of ${orderNo}`, String(body.pickupUrl).split('/').pop() as string);
};

const placed = async (issuer: TestIssuer, orderNo: string, changes: Record<string, unknown> = {}): Promise<Answer> => {
  const answer = await issuer.placeVerified(orderNo, changes);
  noteLink(orderNo, answer);
  secretOf(`the token of ${orderNo}`, issuer.tokenOf(orderNo));
  return answer;
};

/** Everything that may happen to a code, the good and the bad. */
const scenario = async (platform: Platform): Promise<void> => {
  secretOf('the operator token', platform.operatorToken);
  secretOf('the master key', masterKey);
  const page = await newIssuer();
  const webhook = await newIssuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/first') } });
  const asked = await newIssuer({ codeMode: 'request', noticeDelaysSeconds: [1] });

  const good = await placed(page, 'good');
  heard(await page.submit('good', [code('good')]), 201);
  heard(await page.submit('good', [code('good')]), 200);
  await page.inState('good', 'delivered');
  const shown = await (await reveal(good.body.pickupUrl)).text();
  expect(shown).toContain(code('good').secret);

  // Terminals that fail, for a while and for good.
  terminal.answer('/first', (n) => (n === 1 ? 500 : 204));
  await placed(webhook, 'hooked');
  heard(await webhook.submit('hooked', [code('hooked')]), 201);
  await webhook.inState('hooked', 'delivered');
  terminal.answer('/gone', () => 410);
  await placed(webhook, 'gone', { terminal: { channel: 'webhook', url: terminal.urlOf('/gone') } });
  heard(await webhook.submit('gone', [code('gone')]), 201);
  await webhook.inState('gone', 'undeliverable');

  // An issuer that answers with codes where none belong, then not as it should, then right.
  let requests = 0;
  asked.on('order.paid', async ({ data: { token } }) => ({ status: 200, body: { token, codes: [code('unasked')] } }));
  asked.on('order.code_requested', async ({ data: { token } }) => {
    requests += 1;
    if (requests === 1) return { status: 500, body: { token, codes: [code('failed')] } };
    if (requests === 2)
      return { status: 200, raw: `{"status":"issued","codes":[${JSON.stringify(code('unreadable'))}` };
    if (requests === 3)
      return { status: 200, body: { status: 'issued', codes: [code('good'), { ...code('odd'), odd: 1 }] } };
    return { status: 200, body: { status: 'issued', codes: [code('asked')] } };
  });
  await placed(asked, 'asked');
  await asked.inState('asked', 'delivered');

  // Refused at every stage.
  await placed(page, 'judged', { quantity: 2 });
  heard(await page.submit('judged', [code('first')]), 201);
  heard(await page.submit('judged', [{ ...code('first'), value: code('conflict').value }]), 409);
  heard(await page.submit('judged', [{ ...code('reused'), value: code('good').value }]), 409);
  const guess = secretOf('a guessed token', randomBytes(32).toString('base64url'));
  heard(await page.submit('judged', [code('guessed')], { token: guess }), 403);
  heard(await page.submit('judged', [code('borrowed')], { token: page.tokenOf('good') }), 403);
  heard(await page.verify('judged', { token: guess, quantity: 2 }), 403);
  heard(await page.submit('judged', [{ ...code('misfit'), format: 'ean13' }]), 422);
  heard(await page.submit('judged', [{ ...code('twice') }, { ...code('twice') }]), 422);
  heard(await page.submit('judged', [{ ...code('unknown-field'), odd: code('unknown-field').value }]), 422);
  const path = '/orders/judged/codes';
  const broken = `{"type":"order.codes","orderNo":"judged","token":"${page.tokenOf('judged')}","codes":[${JSON.stringify(code('broken'))}}`;
  heard(await page.post(path, undefined, { raw: broken }), 400);
  const doubled = `{"type":"order.codes","orderNo":"judged","token":"x","token":"${page.tokenOf('judged')}","codes":[${JSON.stringify(code('doubled'))}]}`;
  heard(await page.post(path, undefined, { raw: doubled }), 422);
  heard(await page.post(path, { codes: [code('unsigned')] }, { headers: { 'webhook-signature': 'v1,AAAA' } }), 401);
  heard(await page.refuse('judged'), 200);
  heard(await page.submit('judged', [code('late')]), 409);

  const signIn = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: guess }),
  };
  heard(await read(fetch(`${platform.baseUrl}/v1/operator/console/session`, signIn)), 401);

  const early = await page.place('early');
  noteLink('early', early);
  await page.message('order.paid', 'early');
  secretOf('the token of early', page.tokenOf('early'));
  heard(await page.submit('early', [code('early')]), 409);
  await platform.operator('POST', `/orders/${page.issuerId}/early/renotify`, {});
  heard(await page.cancel('early'), 200);

  // An issuer in the platform's own process.
  await platform.operator('PATCH', `/issuers/${asked.issuerId}`, {
    callback: { kind: 'function', name: adapter.name },
  });
  noteLink('function', heard(await asked.place('function'), 201));
  answers.pop();
  answers.pop();
  await asked.inState('function', 'delivered');
  const rows = await platform.core.database.orders.find({ orderNo: 'function' }).toArray();
  expect(rows).toHaveLength(1);

  // While no worker runs, the codes wait.
  await placed(page, 'queued');
  await platform.stopWorkers();
  const queued = { type: 'order.codes', orderNo: 'queued', token: page.tokenOf('queued'), codes: [code('queued')] };
  const submitQueued = () => page.post('/orders/queued/codes', queued, { webhookId: 'queued-codes' });
  heard(await submitQueued(), 202);
  await platform.startWorkers();
  heard(await submitQueued(), 201);
  await page.inState('queued', 'delivered');

  // What operators do.
  const { issuerId } = webhook;
  await platform.operator('POST', `/orders/${issuerId}/gone/redeliver`, {
    terminal: { channel: 'webhook', url: terminal.urlOf('/corrected') },
  });
  await webhook.inState('gone', 'delivered');
  await platform.operator('POST', `/orders/${issuerId}/hooked/redeliver`, {});
  await terminal.delivery('/first', 3);
  await platform.operator('POST', `/orders/${page.issuerId}/good/void`, { reason: 'lost' });
  await page.message('order.codes_void', 'good');
  const rotated = await platform.operator('POST', `/issuers/${issuerId}/secret`, {});
  secretOf('a rotated secret', rotated.body.secret);
  webhook.useSecret(rotated.body.secret);
  await platform.client.workflow.execute(workflowNames.reconcile, {
    workflowId: `reconcile-${issuerId}`,
    taskQueue: platform.taskQueue,
  });
};

beforeAll(async () => {
  terminal = await startTerminal();
  afterSales = jest.spyOn(file.platform.core.gateway, 'startAfterSale');
  await scenario(file.platform);
}, 120_000);

afterAll(() => terminal.stop());

/** Every workflow that ran, told by the rows. */
const workflowIds = async ({ core: { database } }: Platform): Promise<string[]> => {
  const rows = await database.orders.find({}).toArray();
  const reconciles = issuers.slice(1, 2).map(({ issuerId }) => `reconcile-${issuerId}`);
  return [
    ...rows.map(({ _id }) => `order/${_id}`),
    ...afterSales.mock.calls.map(([order, name]) => afterSaleWorkflowId(order, name)),
    ...reconciles,
  ];
};

const joined = (texts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(texts.flatMap((text) => [Buffer.from(text as string), Buffer.from('\n')]));

const ofEveryWorkflow = async (
  platform: Platform,
  look: (handle: ReturnType<Platform['client']['workflow']['getHandle']>) => Promise<Uint8Array>,
): Promise<Buffer> => {
  const ids = await workflowIds(platform);
  return joined(await Promise.all(ids.map((id) => look(platform.client.workflow.getHandle(id)))));
};

const text = async (pending: Promise<Answer>): Promise<string> => {
  const { status, body, headers } = await pending;
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return JSON.stringify(body) + JSON.stringify([...headers]);
};

/** Where a secret could have been left; `known` is text that must stand there, so that no place is looked at in vain. */
const places: Record<string, { known: readonly string[]; read: (platform: Platform) => Promise<Buffer> }> = {
  'the logs of api and workers': {
    known: ['a wrong operator token was given', 'Activity failed', '/p/:secret', '"orderNo":"judged"'],
    read: async (platform) => Buffer.from(platform.logText()),
  },
  'the histories as the engine keeps them': {
    known: ['verifyOrder'],
    read: (platform) =>
      ofEveryWorkflow(platform, async (handle) =>
        temporal.api.history.v1.History.encode(await handle.fetchHistory()).finish(),
      ),
  },
  'the histories with every payload opened': {
    known: ['"isRightToken"'],
    read: (platform) =>
      ofEveryWorkflow(platform, async (handle) => openedText(await handle.fetchHistory(), platform.core.codec)),
  },
  'search attributes, memos, summaries and pending work': {
    known: ['OrderState'],
    read: (platform) =>
      ofEveryWorkflow(platform, async (handle) => openedText((await handle.describe()).raw, platform.core.codec)),
  },
  'the current details of the Temporal UI': {
    known: ['It waits for nothing'],
    read: async (platform) => {
      const ids = (await workflowIds(platform)).filter((id) => id.startsWith('order/'));
      const details = ids.map((id) => platform.client.workflow.getHandle(id).query('__temporal_workflow_metadata'));
      return joined((await Promise.all(details)).map((detail) => JSON.stringify(detail)));
    },
  },
  'every document of the database, bytes and all': {
    known: ['bodyHash'],
    read: async ({ core: { database } }) => {
      const collections = await database.db.collections();
      const documents = await Promise.all(collections.map((collection) => collection.find({}).toArray()));
      return joined(documents.flat().map((document) => BSON.serialize(document)));
    },
  },
  'the metrics': {
    known: ['codeferry_http_request_seconds_count'],
    read: async ({ baseUrl }) => Buffer.from(await (await fetch(`${baseUrl}/metrics`)).text()),
  },
  'the operator API': {
    known: ['verification_judged'],
    read: async (platform) => {
      const rows = await platform.core.database.orders.find({}).toArray();
      const ofOrder = ({ _id }: { _id: string }) => ['', '/timeline', '/why'].map((part) => `/orders/${_id}${part}`);
      const paths = [
        ...['/issuers', '/orders?limit=100', '/failures', '/audit?limit=100', '/console/overview'],
        ...issuers.map(({ issuerId }) => `/issuers/${issuerId}`),
        ...rows.flatMap(ofOrder),
      ];
      const dryRun = { filter: {}, action: 'redeliver', dryRun: true };
      return joined([
        ...(await someAtOnce(16, paths, (path) => text(platform.operator('GET', path)))),
        await text(platform.operator('POST', '/batches', dryRun)),
      ]);
    },
  },
  'the calls of every issuer, each opened with its bodies': {
    known: ['order.verification', 'order.code_requested', '•••'],
    read: async (platform) => {
      const read = (path: string) => platform.operator('GET', path);
      const lists = await Promise.all(
        issuers.map(async ({ issuerId }) => {
          const { data } = (await read(`/issuers/${issuerId}/calls?limit=100`)).body;
          return data.map(({ callId }: { callId: string }) => `/issuers/${issuerId}/calls/${callId}`);
        }),
      );
      return joined(await someAtOnce(16, lists.flat(), (path) => text(read(path))));
    },
  },
  "the order API's lists and timelines": {
    known: ['codes_judged'],
    read: async (platform) => {
      const rows = await platform.core.database.orders.find({}).toArray();
      const issuerOf = (id: string) => issuers.find(({ issuerId }) => issuerId === id) as TestIssuer;
      return joined([
        ...(await Promise.all(issuers.map((issuer) => text(issuer.get('/orders?limit=100'))))),
        ...(await Promise.all(
          rows.map(({ issuerId, orderNo }) => text(issuerOf(issuerId).get(`/orders/${orderNo}/timeline`))),
        )),
      ]);
    },
  },
  'the answers to everything that issuers sent': {
    known: ['token_mismatch'],
    read: async () => joined(answers),
  },
  'the public pages and the health of the platform': {
    known: ['openapi'],
    read: async ({ baseUrl }) => {
      const paths = ['/openapi.json', '/healthz', '/readyz', '/v1/keys', '/operator'];
      return joined(await Promise.all(paths.map(async (path) => (await fetch(`${baseUrl}${path}`)).text())));
    },
  },
};

test.each(Object.entries(places))('no code, token, link or key shows in %s', async (_place, { known, read: look }) => {
  const haystack = await look(file.platform);
  expect(known.filter((one) => !haystack.includes(one))).toEqual([]);
  expect(showing(haystack, secrets)).toEqual([]);
});

test('every live history is plain, and its payloads and failures hold nothing outside the allow-list', async () => {
  for (const id of await workflowIds(file.platform)) {
    const told = toldBy(historyJson(await file.platform.client.workflow.getHandle(id).fetchHistory()));
    expect(told.length).toBeGreaterThan(0);
    expect({ id, others: told.filter((leaf) => !isAllowed(leaf)) }).toEqual({ id, others: [] });
  }
});

test('a callback holds the token of its own order at most, and only where the protocol puts it', () => {
  const allReceived = issuers.flatMap(({ received }) => received);
  expect(allReceived.length).toBeGreaterThan(10);
  for (const { type, data, raw } of allReceived) {
    const isTokenMessage = type === 'order.paid' || type === 'order.code_requested';
    const allowed = isTokenMessage ? [`the token of ${data.orderNo}`] : [];
    expect({ type, shows: showing(Buffer.from(raw), secrets) }).toEqual({ type, shows: allowed });
  }
});

test("a terminal gets its order's codes and nothing else", () => {
  expect(terminal.received.length).toBeGreaterThanOrEqual(5);
  for (const { raw, headers } of terminal.received) {
    const { orderNo } = JSON.parse(raw).data;
    const own = [`the code ${orderNo}`, `the pin of ${orderNo}`];
    expect(showing(Buffer.from(raw + JSON.stringify(headers)), secrets)).toEqual(own);
  }
});

test("a pick-up page shows its own order's codes and link, and nothing else", async () => {
  const asked = issuers[2] as TestIssuer;
  const { pickupUrl } = (await asked.order('asked')).body;
  const page = await read(reveal(pickupUrl));
  expect(page.status).toBe(200);
  const own = new Set(['the code asked', 'the pin of asked', 'the link of asked']);
  expect(showing(Buffer.from(page.body), secrets).filter((name) => !own.has(name))).toEqual([]);
  expect(page.body).toContain(code('asked').secret);
});

test('the secrets that are looked for are those of the scenario', async () => {
  const names = [...secrets.keys()];
  expect(names.filter((name) => name.startsWith('the code'))).toHaveLength(codes.size);
  expect(codes.size).toBeGreaterThanOrEqual(20);
  expect(names.filter((name) => name.startsWith('the token of')).length).toBeGreaterThanOrEqual(6);
  expect(names.filter((name) => name.startsWith('the link of')).length).toBeGreaterThanOrEqual(4);
  expect([...secrets.values()].every((secret) => secret.length >= 16)).toBe(true);
  await until('the late code', async () =>
    file.platform.core.database.submissions.findOne({ orderNo: 'judged', status: 'late' }).then(Boolean),
  );
});

test.each(['as it is', 'in JSON', 'in JSON in JSON', 'in base64', 'in a longer base64', 'in hex', 'in an address'])(
  'a secret that lies about %s is found',
  (way) => {
    const secret = 'code-"x"\\-für-🎟-0123456789abcdef';
    const within = (before: string): string => Buffer.from(`${before}${secret} and more`).toString('base64');
    const left = {
      'as it is': secret,
      'in JSON': JSON.stringify({ secret }),
      'in JSON in JSON': JSON.stringify(JSON.stringify({ secret })),
      'in base64': Buffer.from(secret).toString('base64url'),
      'in a longer base64': `${within('')} ${within('a')} ${within('bb')}`,
      'in hex': Buffer.from(secret).toString('hex'),
      'in an address': `https://issuer.example/?code=${encodeURIComponent(secret)}`,
    }[way] as string;
    expect(showing(Buffer.from(left), new Map([['it', secret]]))).toEqual(['it']);
    for (const start of ['', 'a', 'bb']) {
      expect(formsOf(secret).some((form) => within(start).includes(form.toString()))).toBe(true);
    }
  },
);
