import { terminalOfOrder } from '../../src/channels/kept-terminal';
import type { Terminal } from '../../src/domain/order';
import { dayMs } from '../../src/domain/timings';
import { createSecondPerson } from '../../src/operator/approvals';
import { redeliverCodes } from '../../src/second-interface/after-sale/redeliver-codes';
import { createApprovals } from '../../src/store/approvals';
import type { OrderRow } from '../../src/store/orders';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';

const vera = { name: 'vera', role: 'viewer', token: 'a-token-of-vera-1234' } as const;
const vito = { name: 'vito', role: 'viewer', token: 'a-token-of-vito-1234' } as const;
const vlad = { name: 'vlad', role: 'viewer', token: 'a-token-of-vlad-1234' } as const;
const vinz = { name: 'vinz', role: 'viewer', token: 'a-token-of-vinz-1234' } as const;
const otto = { name: 'otto', role: 'operator', token: 'a-token-of-otto-1234' } as const;
/** Of whom nobody has asked for so many addresses that they have to wait. */
const olga = { name: 'olga', role: 'operator', token: 'a-token-of-olga-1234' } as const;
const anna = { name: 'anna@shop.example', role: 'admin', token: 'a-token-of-anna-1234' } as const;
/** Of whom nobody hears before others guess. */
const nora = { name: 'nora', role: 'viewer', token: 'a-token-of-nora-1234' } as const;
const file = platformOfFile({
  operators: [vera, vito, vlad, vinz, otto, olga, anna, nora],
  hasMails: true,
  sealPayloads: true,
});
const terminals = startTerminals();
afterAll(() => terminals.stop());

type Person = { readonly name: string; readonly token: string };
const by = (person: Person, method: string, path: string, body?: unknown): Promise<Answer> =>
  file.platform.operator(method, path, body, person.token);
/** Never repeated: that an order could not be asked is what is looked for. */
const decideOnce = (person: Person, approvalId: string, decision: string): Promise<Answer> =>
  read(
    fetch(`${file.platform.operatorUrl}/v1/operator/approvals/${approvalId}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ decision }),
    }),
  );

test('an operator acts on orders, and a viewer does not', async () => {
  const issuer = await file.issuer();
  await issuer.place('by-otto');
  expectProblem(await by(vera, 'POST', `/orders/${issuer.issuerId}/by-otto/cancel`), 403, 'operator_forbidden');
  expect((await issuer.order('by-otto')).body.state).not.toBe('cancelled');
  expect([200, 202]).toContain((await by(otto, 'POST', `/orders/${issuer.issuerId}/by-otto/cancel`)).status);
  await issuer.inState('by-otto', 'cancelled');
});

test('viewers who ask without end keep nobody else from acting, nor what they did out of the audit log', async () => {
  const many = [vera, vito, vlad].flatMap((viewer) =>
    Array.from({ length: 200 }, () => by(viewer, 'POST', '/console/sessions/end', {})),
  );
  const maintenance = async (on: boolean) =>
    (await by(anna, 'PUT', '/maintenance', on ? { on, reason: 'test' } : { on })).status;
  const acted: number[] = [];
  for (let n = 0; n < 6; n += 1) acted.push(await maintenance(n % 2 === 0));
  expect(acted).toEqual(Array(6).fill(200));
  expect(new Set((await Promise.all(many)).map(({ status }) => status))).toEqual(new Set([200, 429]));
  const { data } = (await by(anna, 'GET', `/audit?actor=${anna.name}&limit=100`)).body;
  expect(data.filter(({ action }: { action: string }) => action.startsWith('maintenance.'))).toHaveLength(6);
});

test('whoever reads alone does not fill the audit log, which is kept for ever', async () => {
  const ended: number[] = [];
  for (let n = 0; n < 125; n += 1) ended.push((await by(vinz, 'POST', '/console/sessions/end', {})).status);
  expect(ended).toEqual([...Array(120).fill(200), ...Array(5).fill(429)]);
  expect((await by(vinz, 'GET', '/issuers')).status).toBe(200);
});

test('viewers who take nothing of the files that they ask for leave a place for those who act', async () => {
  const held: (() => void)[] = [];
  const reading = jest
    .spyOn(file.platform.core.orderDeps.orders, 'list')
    .mockImplementation(() => new Promise((resolve) => held.push(() => resolve([]))));
  const asked = [vera, vito].map((person) => by(person, 'GET', '/orders.csv'));
  try {
    await until('the files to be begun', () => held.length > 0);
    await until('all of them to be', async () => {
      const { data } = (await by(anna, 'GET', '/audit?action=orders.exported&phase=asked')).body;
      return data.length === 2;
    });
    expect((await by(anna, 'GET', '/audit/export')).status).toBe(200);
  } finally {
    reading.mockRestore();
    for (const end of held) end();
    await Promise.all(asked);
  }
});

test('the audit log names who did it, and a session is of its person and role', async () => {
  const issuer = await file.issuer();
  await by(anna, 'PATCH', `/issuers/${issuer.issuerId}`, { name: 'By Anna' });
  const newest = async () => (await by(anna, 'GET', '/audit?limit=1')).body.data[0];
  expect(await newest()).toMatchObject({ actor: 'anna@shop.example', action: 'issuer.changed' });

  const url = `${file.platform.baseUrl}/v1/operator`;
  const signedIn = await read(
    fetch(`${url}/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: vera.token }),
    }),
  );
  expect([signedIn.status, signedIn.body.operator]).toEqual([201, { name: 'vera', role: 'viewer' }]);
  expect(await newest()).toMatchObject({ actor: 'vera', action: 'console.signed_in' });
  const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
  const headers = { cookie, 'x-csrf-token': signedIn.body.csrf, 'content-type': 'application/json' };
  const pause = await read(fetch(`${url}/issuers/${issuer.issuerId}/pause`, { method: 'POST', headers }));
  expectProblem(pause, 403, 'operator_forbidden');
  expect((await read(fetch(`${url}/issuers`, { headers: { cookie } }))).status).toBe(200);
  const events = await fetch(`${url}/console/overview/events`, { headers: { cookie } });
  expect(events.status).toBe(200);
  await events.body?.cancel();
});

test('with twoPersons codes go to another terminal only when another operator says so', async () => {
  await terminals.answer('/dead', () => 410);
  const dead = { channel: 'webhook', url: await terminals.urlOf('/dead') };
  const other = { channel: 'webhook', url: await terminals.urlOf('/other') };
  const issuer = await file.issuer({ terminal: dead, deliveryDelaysSeconds: [1] });
  await issuer.placeVerified('two');
  await issuer.submit('two', [{ itemId: '1', value: 'CODE-two' }]);
  await issuer.inState('two', 'undeliverable');
  expect((await by(anna, 'PUT', '/settings', { twoPersons: true })).body.settings).toEqual({ twoPersons: true });
  // Nor does one alone change where the codes of all later orders go.
  const patch = (change: object) => by(anna, 'PATCH', `/issuers/${issuer.issuerId}`, change);
  expectProblem(await patch({ terminal: other }), 403, 'operator_forbidden');
  expect((await patch({ name: 'Two' })).status).toBe(200);
  const at = `/orders/${issuer.issuerId}/two/redeliver`;
  const ask = async (terminal: object) => (await by(otto, 'POST', at, { terminal })).body.approvalId;
  const onSameHost = { ...dead, url: `${dead.url}-elsewhere` };
  const decide = (person: Person, id: string, decision: string) => by(person, 'POST', `/approvals/${id}`, { decision });
  const reveal = (person: Person, id: string) => by(person, 'POST', `/approvals/${id}/reveal`);

  const asked = await by(otto, 'POST', at, { terminal: other });
  expect([asked.status, Object.keys(asked.body)]).toEqual([202, ['approvalId']]);
  const { approvals } = file.platform.core.database;
  const { orderDeps } = file.platform.core;
  const yesterday = createSecondPerson({
    approvals: createApprovals(file.platform.core.database),
    hasProvider: false,
    orderDeps: { ...orderDeps, nowMs: () => Date.now() - dayMs },
  });
  const row = await orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'two' });
  const late = await yesterday.ask(row as NonNullable<typeof row>, { terminal: onSameHost }, otto);
  const [first, second] = [asked.body.approvalId, await ask(other)];
  expectProblem(await decide(otto, first, 'approve'), 403, 'operator_forbidden');
  expectProblem(await decide(otto, first, 'refuse'), 403, 'operator_forbidden');
  expectProblem(await decide(vera, first, 'approve'), 403, 'operator_forbidden');
  expectProblem(await decide(anna, 'no-such-approval', 'approve'), 404, 'approval_unknown');
  // Masked, both are the same text: whoever may decide sees what it is, and nobody else does.
  const withSecret = { ...onSameHost, secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}` };
  const [shown, secret] = [await reveal(anna, first), await reveal(anna, await ask(withSecret))];
  expect([shown.status, shown.headers.get('cache-control'), shown.body]).toEqual([
    200,
    'no-store',
    { terminal: other, secrets: [] },
  ]);
  expect(secret.body).toEqual({ terminal: onSameHost, secrets: ['secret'] });
  expectProblem(await reveal(otto, first), 403, 'operator_forbidden');
  expectProblem(await reveal(vera, first), 403, 'operator_forbidden');
  expectProblem(await reveal(anna, 'no-such-approval'), 404, 'approval_unknown');
  for (let n = 0; n < 28; n += 1) expect((await reveal(anna, first)).status).toBe(200);
  expectProblem(await reveal(anna, first), 429, 'rate_limited');
  expect((await decide(anna, first, 'refuse')).body).toMatchObject({ state: 'refused', decidedBy: anna.name });
  expectProblem(await decide(anna, first, 'approve'), 409, 'already_decided');
  expectProblem(await reveal(anna, first), 409, 'already_decided');
  // Who writes to the database neither decides in somebody's name nor sends the codes of another order there.
  const written = await approvals.findOne({ _id: second });
  for (const $set of [
    { askedBy: 'anna' },
    { orderNo: 'dearer' },
    { orderId: `${issuer.issuerId}/dearer` },
    { endsAt: new Date(Date.now() + 1e9) },
  ]) {
    await approvals.updateOne({ _id: second }, { $set });
    for (const person of [otto, anna]) expectProblem(await decide(person, second, 'approve'), 404, 'approval_unknown');
    // Nor does one such row keep the others out of the list.
    const left = (await by(vera, 'GET', '/approvals')).body.data;
    expect(left.map(({ approvalId }: { approvalId: string }) => approvalId)).toEqual(
      expect.arrayContaining([first, late]),
    );
    expect(JSON.stringify(left)).not.toContain(second);
    await approvals.replaceOne({ _id: second }, written as NonNullable<typeof written>);
  }
  expectProblem(await decide(anna, late, 'approve'), 404, 'approval_unknown');
  // Nor as one that was approved in time, and is still to be done.
  await approvals.updateOne({ _id: late }, { $set: { state: 'approved', isUndone: true } });
  for (const act of [decide, reveal]) expectProblem(await act(anna, late, 'approve'), 404, 'approval_unknown');
  await approvals.updateOne({ _id: late }, { $set: { state: 'open' }, $unset: { isUndone: 1 } });
  expect((await issuer.order('two')).body.state).toBe('undeliverable');
  expect(await terminals.deliveries('/other')).toHaveLength(0);

  expect((await decide(anna, second, 'approve')).body).toMatchObject({ state: 'approved', askedBy: 'otto' });
  await terminals.delivery('/other');
  await issuer.inState('two', 'delivered');
  expect((await issuer.message('order.terminal_changed', 'two')).data).toMatchObject({ by: 'operator' });
  const listed = await by(vera, 'GET', '/approvals');
  expect(listed.body.data.map(({ state }: { state: string }) => state)).toEqual([
    'open',
    'approved',
    'refused',
    'expired',
  ]);
  expect(JSON.stringify(listed.body)).not.toContain('/other');

  const target = encodeURIComponent(`${issuer.issuerId}/two`);
  const audited = async (action: string) =>
    (await by(anna, 'GET', `/audit?target=${target}&action=${action}&limit=100`)).body.data;
  // Both are on one host: masked they are the same text.
  const [{ before, after }] = await audited('order.terminal_asked');
  expect(before.terminal).toEqual(after.terminal);
  expect(before.terminalHash).not.toBe(after.terminalHash);
  const looked = await audited('order.terminal_revealed');
  expect([looked.length, looked.at(-2)]).toMatchObject([30, { actor: anna.name, after }]);
  expect(JSON.stringify(looked)).not.toContain('/other');
  await by(anna, 'PUT', '/settings', {});
});

test('a corrected address keeps the PIN; what comes and goes is told to who approves, in the audit log, and to the issuer', async () => {
  file.mails.answerTo('bob@gone.example', () => 550);
  file.mails.answerTo('bob2@gone.example', () => 550);
  const issuer = await file.issuer({ deliveryDelaysSeconds: [1] });
  const email = (address: string, rest = {}) => ({ channel: 'email', address, ...rest });
  await issuer.placeVerified('pins', { terminal: email('bob@gone.example', { pin: '8642' }) });
  await issuer.submit('pins', [{ itemId: '1', value: 'CODE-pins' }]);
  await issuer.inState('pins', 'undeliverable');
  await by(anna, 'PUT', '/settings', { twoPersons: true });
  const redeliver = (terminal: object) => by(otto, 'POST', `/orders/${issuer.issuerId}/pins/redeliver`, { terminal });
  const { orders, ring } = file.platform.core.orderDeps;
  const pinNow = async () => {
    const row = await orders.find({ issuerId: issuer.issuerId, orderNo: 'pins' });
    return terminalOfOrder(ring, row as OrderRow).pin;
  };
  const again = (n: number) =>
    until('it has failed again', async () => {
      const { data } = (await issuer.get('/orders/pins/timeline')).body;
      const tries = data.filter(({ event }: { event: string }) => event === 'delivery_tried');
      return tries.length === n && (await issuer.order('pins')).body.state === 'undeliverable';
    });

  // The same address: the terminal that it has.
  expect((await redeliver(email('bob@gone.example'))).status).toBe(200);
  expect(await pinNow()).toBe('8642');
  await again(2);

  const approved = async (terminal: object) => {
    const { approvalId } = (await redeliver(terminal)).body;
    const [listed] = (await by(vera, 'GET', '/approvals')).body.data;
    const { body: shown } = await by(olga, 'POST', `/approvals/${approvalId}/reveal`);
    expect((await by(olga, 'POST', `/approvals/${approvalId}`, { decision: 'approve' })).status).toBe(200);
    return { listed, shown };
  };
  const other = await approved(email('bob2@gone.example'));
  expect(other.shown).toEqual({ terminal: email('bob2@gone.example'), secrets: [] });
  expect(other.listed).not.toHaveProperty('secretsDropped');
  expect(await pinNow()).toBe('8642');
  await again(3);

  const named = await approved(email('bob2@gone.example', { pin: '1357' }));
  expect([named.listed.secretsSet, named.shown.secrets]).toEqual([['pin'], ['pin']]);
  expect(await pinNow()).toBe('1357');
  await again(4);

  const url = await terminals.urlOf('/without-pin');
  const webhook = await approved({ channel: 'webhook', url });
  expect(webhook.listed.secretsDropped).toEqual(['pin']);
  expect(webhook.shown).toEqual({ terminal: { channel: 'webhook', url }, secrets: [], secretsDropped: ['pin'] });
  const { data: events } = (await issuer.get('/events?limit=100')).body;
  const told = () => issuer.received.filter(({ type }) => type === 'order.terminal_changed').map(({ data }) => data);
  await until('the issuer was told of three', () => told().length === 3);
  expect(told().map(({ secretsSet, secretsDropped }) => [secretsSet, secretsDropped])).toEqual([
    [undefined, undefined],
    [['pin'], undefined],
    [undefined, ['pin']],
  ]);
  const { data: lines } = (await issuer.get('/orders/pins/timeline')).body;
  const changes = lines.filter(({ event }: { event: string }) => event === 'terminal_changed');
  expect(changes.map(({ detail }: { detail: object }) => detail)).toEqual([
    { by: 'operator', channel: 'email' },
    { by: 'operator', channel: 'email', secretsSet: 'pin' },
    { by: 'operator', channel: 'webhook', secretsDropped: 'pin' },
  ]);
  const target = encodeURIComponent(`${issuer.issuerId}/pins`);
  const { data: audit } = (await by(anna, 'GET', `/audit?target=${target}&action=order.terminal_approved`)).body;
  expect(audit.map(({ after }: { after: object }) => after)).toMatchObject([
    { secretsDropped: ['pin'] },
    { secretsSet: ['pin'] },
    {},
  ]);
  expect(JSON.stringify([events, lines, audit, told()])).not.toMatch(/8642|1357/);
  await by(anna, 'PUT', '/settings', {});
});

test('one operator has a hundred terminals that wait for approval, so that others are found among them', async () => {
  await terminals.answer('/ended', () => 410);
  const url = await terminals.urlOf('/ended');
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url }, deliveryDelaysSeconds: [1] });
  await issuer.placeVerified('many');
  await issuer.submit('many', [{ itemId: '1', value: 'CODE-many' }]);
  await issuer.inState('many', 'undeliverable');
  await by(anna, 'PUT', '/settings', { twoPersons: true });
  const { approvals } = file.platform.core.database;
  const ask = (person: Person) =>
    by(person, 'POST', `/orders/${issuer.issuerId}/many/redeliver`, { terminal: { channel: 'page' } });
  const [first] = [(await ask(otto)).body.approvalId];
  const { orderDeps } = file.platform.core;
  const secondPerson = createSecondPerson({
    approvals: createApprovals(file.platform.core.database),
    hasProvider: false,
    orderDeps,
  });
  const order = (await orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'many' })) as OrderRow;
  const askOnce = () => secondPerson.ask(order, { terminal: { channel: 'page' } }, otto);
  const countWaiting = () =>
    approvals.countDocuments({ askedBy: otto.name, state: 'open', endsAt: { $gt: new Date() } });
  while ((await countWaiting()) < 100) await askOnce();
  expectProblem(await ask(otto), 429, 'rate_limited');
  expect((await ask(anna)).status).toBe(202);
  await by(anna, 'POST', `/approvals/${first}`, { decision: 'refuse' });
  expect((await ask(otto)).status).toBe(202);
  await approvals.deleteOne({ askedBy: otto.name, state: 'open' });
  const atOnce = Array.from({ length: 10 }, askOnce);
  await Promise.allSettled(atOnce);
  expect(await countWaiting()).toBeLessThanOrEqual(100);
  await approvals.deleteMany({ askedBy: otto.name, state: 'open' });
  await by(anna, 'PUT', '/settings', {});
});

test('a terminal that was the order’s when it was named, and is not any more, is another one', async () => {
  const [first, second] = [
    { channel: 'webhook' as const, url: await terminals.urlOf('/first') },
    { channel: 'webhook' as const, url: await terminals.urlOf('/second') },
  ];
  const issuer = await file.issuer({ terminal: first });
  await issuer.placeVerified('moved');
  await issuer.submit('moved', [{ itemId: '1', value: 'CODE-moved' }]);
  await issuer.inState('moved', 'delivered');
  const { orderDeps } = file.platform.core;
  const name = { issuerId: issuer.issuerId, orderNo: 'moved' };
  const rowNow = async () => {
    await orderDeps.orders.setDeliveryState(name, 'pending');
    await orderDeps.orders.setDeliveryState(name, 'failed');
    return (await orderDeps.orders.find(name)) as OrderRow;
  };
  const seen = await rowNow();
  const redeliver = (row: OrderRow, terminal: Terminal) =>
    redeliverCodes(orderDeps, row, `to-${terminal.channel}`, { by: 'operator', isRightToken: true, terminal });
  await redeliver(seen, second);
  await terminals.delivery('/second');
  await rowNow();
  await expect(redeliver(seen, first)).rejects.toMatchObject({ code: 'in_progress' });
  expect(terminalOfOrder(file.platform.core.ring, await rowNow())).toMatchObject(second);
  expect(await terminals.deliveries('/first')).toHaveLength(1);
});

test('an approval whose outcome is not known is not open again: nobody refuses what may be on its way', async () => {
  await terminals.answer('/gone', () => 410);
  const issuer = await file.issuer({
    terminal: { channel: 'webhook', url: await terminals.urlOf('/gone') },
    deliveryDelaysSeconds: [1],
  });
  await issuer.placeVerified('unknown');
  await issuer.submit('unknown', [{ itemId: '1', value: 'CODE-unknown' }]);
  await issuer.inState('unknown', 'undeliverable');
  await by(anna, 'PUT', '/settings', { twoPersons: true });
  const terminal = { channel: 'webhook', url: await terminals.urlOf('/on-its-way') };
  const asked = await by(otto, 'POST', `/orders/${issuer.issuerId}/unknown/redeliver`, { terminal });
  const decide = (decision: string) => decideOnce(anna, asked.body.approvalId, decision);
  const { gateway } = file.platform.core;
  const ask = gateway.ask.bind(gateway);
  const lost = jest.spyOn(gateway, 'ask').mockImplementationOnce(async (...given) => {
    await ask(...given);
    return { kind: 'unavailable' };
  });
  expectProblem(await decide('approve'), 503, 'unavailable');
  lost.mockRestore();
  expectProblem(await decide('refuse'), 409, 'already_decided');
  await terminals.delivery('/on-its-way');
  await by(anna, 'PUT', '/settings', {});
});

test('what was approved and could not be done is done by the same decision again, once; and by nobody’s own', async () => {
  await terminals.answer('/closed', () => 410);
  const issuer = await file.issuer({
    terminal: { channel: 'webhook', url: await terminals.urlOf('/closed') },
    deliveryDelaysSeconds: [1],
  });
  await issuer.placeVerified('later');
  await issuer.submit('later', [{ itemId: '1', value: 'CODE-later' }]);
  await issuer.inState('later', 'undeliverable');
  await by(anna, 'PUT', '/settings', { twoPersons: true });
  const terminal = { channel: 'webhook', url: await terminals.urlOf('/later') };
  const asked = await by(otto, 'POST', `/orders/${issuer.issuerId}/later/redeliver`, { terminal });
  const decide = (person: Person, decision: string) => decideOnce(person, asked.body.approvalId, decision);
  const { gateway } = file.platform.core;
  const away = jest.spyOn(gateway, 'ask').mockResolvedValueOnce({ kind: 'unavailable' });
  expectProblem(await decide(anna, 'approve'), 503, 'unavailable');
  away.mockRestore();
  const listed = async () => (await by(vera, 'GET', '/approvals')).body.data[0];
  expect(await listed()).toMatchObject({ state: 'approved', undone: true, decidedBy: anna.name });
  // What the first call asked may be done yet: a refusal of the repeat opens it for nobody's.
  const busy = jest.spyOn(gateway, 'ask').mockResolvedValueOnce({ kind: 'busy' });
  expectProblem(await decide(anna, 'approve'), 429, 'rate_limited');
  busy.mockRestore();
  expectProblem(await decide(otto, 'approve'), 403, 'operator_forbidden');
  expectProblem(await decide(anna, 'refuse'), 409, 'already_decided');
  expect((await decide(anna, 'approve')).body).toMatchObject({ state: 'approved', decidedBy: anna.name });
  await issuer.inState('later', 'delivered');
  expectProblem(await decide(anna, 'approve'), 409, 'already_decided');
  expect(await listed()).not.toHaveProperty('undone');
  expect(await terminals.deliveries('/later')).toHaveLength(1);
  await by(anna, 'PUT', '/settings', { twoPersons: false });
});

test('a new link that was asked for with another terminal comes once another operator approves it', async () => {
  file.mails.answerTo('gone@shop.example', () => 550);
  const issuer = await file.issuer();
  const terminal = { channel: 'email', address: 'gone@shop.example' };
  const placed = await issuer.placeVerified('both', { terminal });
  await issuer.submit('both', [{ itemId: '1', value: 'CODE-both' }]);
  await issuer.inState('both', 'undeliverable');
  await by(anna, 'PUT', '/settings', { twoPersons: true });
  const body = { terminal: { channel: 'page' }, newLink: true };
  const asked = await by(otto, 'POST', `/orders/${issuer.issuerId}/both/redeliver`, body);
  const { approvalId } = asked.body;
  expect((await by(vera, 'GET', '/approvals')).body.data[0]).toMatchObject({ approvalId, newLink: true });
  expect((await by(anna, 'POST', `/approvals/${approvalId}`, { decision: 'approve' })).status).toBe(200);
  expect((await fetch(placed.body.pickupUrl)).status).toBe(404);
  await by(anna, 'PUT', '/settings', {});
});

test('an operator renews the link of a page: the old one is dead', async () => {
  const issuer = await file.issuer();
  const placed = await issuer.placeVerified('renew');
  await issuer.submit('renew', [{ itemId: '1', value: 'CODE-renew' }]);
  await issuer.inState('renew', 'delivered');
  const first = placed.body.pickupUrl;
  expect((await by(otto, 'POST', `/orders/${issuer.issuerId}/renew/redeliver`, { newLink: true })).status).toBe(200);
  const second = (await issuer.order('renew')).body.pickupUrl;
  expect(second).not.toBe(first);
  expect([(await fetch(first)).status, (await fetch(second)).status]).toEqual([404, 200]);
});

test('who tries one code after the other is told to wait before one is found; others and found codes are not counted', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('short');
  await issuer.submit('short', [{ itemId: '1', value: 'K-4711' }]);
  const search = async (person: Person, code: string) => by(person, 'POST', '/orders/search', { code });
  for (let n = 0; n < 30; n += 1) expect((await search(vera, `K-${n}`)).body.data).toEqual([]);
  expectProblem(await search(vera, 'K-4711'), 429, 'rate_limited');
  for (let n = 0; n < 31; n += 1) expect((await search(otto, 'K-4711')).body.data).toHaveLength(1);
  const atOnce = await Promise.all(Array.from({ length: 40 }, (_, n) => search(vito, `K-${n}`)));
  expect(atOnce.filter(({ status }) => status === 200)).toHaveLength(30);
});

test('who asks for much that takes long is told to wait, and another one is not', async () => {
  const issuer = await file.issuer();
  const preview = (person: Person) => by(person, 'POST', `/issuers/${issuer.issuerId}/preview`, {});
  const answers: Answer[] = [];
  const refused = () => answers.filter(({ status }) => status !== 200);
  while (refused().length === 0 && answers.length < 1_000) {
    answers.push(...(await Promise.all(Array.from({ length: 10 }, () => preview(vinz)))));
  }
  expect(answers.length).toBeGreaterThan(50);
  for (const answer of refused()) expectProblem(answer, 429, 'rate_limited');
  expect(refused().map(({ headers }) => headers.get('retry-after'))).toContain('1');
  expect((await preview(vlad)).status).toBe(200);
});

test('the codec opens payloads to operators, not to viewers', async () => {
  const decode = (person: Person) =>
    read(
      fetch(`${file.platform.baseUrl}/codec/decode`, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.token}` },
        body: JSON.stringify({ payloads: [] }),
      }),
    );
  expectProblem(await decode(vera), 403, 'operator_forbidden');
  expect((await decode(otto)).status).toBe(200);
});

test('wrong tokens that come without end are told to wait, at each door, and whoever worked from there goes on', async () => {
  const guess = { name: 'nobody', token: 'a-token-of-nobody-1234' };
  const statuses: number[] = [];
  // Who has not been here yet is told nothing of their token while others guess; who has goes on.
  for (let n = 0; n < 22; n += 1) statuses.push((await by(guess, 'GET', '/issuers')).status);
  expect(statuses).toEqual([...Array(20).fill(401), 429, 429]);
  const refused = await by(guess, 'PATCH', '/issuers/acme', {});
  expectProblem(refused, 429, 'rate_limited');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const decode = (path: string, token: string) =>
    read(
      fetch(`${file.platform.baseUrl}/codec/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ payloads: [] }),
      }),
    );
  expectProblem(await decode('decode', guess.token), 429, 'rate_limited');
  expectProblem(await decode('a-codec-secret-of-nobody/decode', guess.token), 429, 'rate_limited');
  const [right, wrong] = [await by(nora, 'GET', '/issuers'), await by(guess, 'GET', '/issuers')];
  const told = ({ body: { requestId: _id, ...problem } }: Answer) => problem;
  expect([right.status, told(right)]).toEqual([429, told(wrong)]);
  expect((await decode('decode', otto.token)).status).toBe(200);
  expect((await by(vera, 'GET', '/issuers')).status).toBe(200);
  // Whoever gives no token guesses none.
  expectProblem(await read(fetch(`${file.platform.baseUrl}/v1/operator/issuers`)), 401, 'operator_unauthorized');
  const metrics = await (await fetch(`${file.platform.baseUrl}/metrics`)).text();
  expect(metrics).toMatch(/^codeferry_operator_tokens_refused_total\{door="api"\} 25$/m);
  expect(metrics).toMatch(/^codeferry_operator_tokens_refused_total\{door="codec"\} 2$/m);
  expect(file.platform.logText()).not.toContain(guess.token);
});
