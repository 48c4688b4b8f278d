import { createHash } from 'node:crypto';
import type { AdapterMessage } from '../../src/second-interface/adapter-api';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const name = 'function-that-remembers';
const heard: AdapterMessage[] = [];
const file = platformOfFile({ adapters: [{ name, onMessage: async (message) => void heard.push(message) }] });

const replay = (issuer: TestIssuer, id: string) => issuer.post(`/messages/${id}/replay`, { type: 'message.replay' });
const expectReplayed = async (issuer: TestIssuer, id: string): Promise<void> => {
  const answer = await until('the replay to be taken', async () => {
    const given = await replay(issuer, id);
    // The one before is under way until its answer is written down.
    return given.status !== 503 && given.body.code !== 'in_progress' && given;
  });
  expect([answer.status, answer.body]).toEqual([202, { id }]);
};

/** Until its first answer is in the row there is nothing to be sent once more. */
const writtenDown = (issuer: TestIssuer, orderNo: string, messageId: string) =>
  until('the first answer to be written down', async () => {
    const row = await file.platform.core.database.orders.findOne({ _id: `${issuer.issuerId}/${orderNo}` });
    return row?.messages?.some(({ id, taken }) => id === messageId && taken !== undefined);
  });

test.concurrent('order.paid goes out once more, with the same bytes and id, also after the sale', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('paid-1');
  const first = await issuer.message('order.paid', 'paid-1');
  await writtenDown(issuer, 'paid-1', first.id);
  await expectReplayed(issuer, first.id);
  const second = await issuer.message('order.paid', 'paid-1', 2);
  expect([second.id, second.raw]).toEqual([first.id, first.raw]);
  await issuer.submit('paid-1', [{ itemId: 'a', value: 'R-PAID-1' }]);
  await issuer.inState('paid-1', 'delivered');
  await expectReplayed(issuer, first.id);
  expect((await issuer.message('order.paid', 'paid-1', 3)).raw).toBe(first.raw);
  expect((await issuer.order('paid-1')).body.state).toBe('delivered');
});

test.concurrent('the answer to order.code_requested counts as ever when it is asked for once more', async () => {
  const issuer = await file.issuer({ codeMode: 'request' });
  issuer.on('order.code_requested', async () => ({ status: 202 }));
  await issuer.placeVerified('code-1');
  const first = await issuer.message('order.code_requested', 'code-1');
  const answered = (n: number) =>
    until(`${n} answers in the timeline`, async () => {
      const lines = (await issuer.get('/orders/code-1/timeline')).body.data;
      const own = lines.filter(({ event }: { event: string }) => event === 'code_request_answered');
      return own.length === n && own.at(-1).detail;
    });
  await answered(1);
  issuer.on('order.code_requested', async () => ({ status: 200, body: { status: 'unheard of' } }));
  await expectReplayed(issuer, first.id);
  expect(await answered(2)).toMatchObject({ ok: false, problem: 'answer_unreadable', replay: true });
  const codes = [{ itemId: 'a', value: 'R-CODE-1' }];
  issuer.on('order.code_requested', async () => ({ status: 200, body: { status: 'issued', codes } }));
  await expectReplayed(issuer, first.id);
  await issuer.inState('code-1', 'delivered');
  const last = await issuer.message('order.code_requested', 'code-1', 3);
  expect([last.id, last.raw]).toEqual([first.id, first.raw]);
  const kept = await file.platform.core.database.submissions.find({ issuerId: issuer.issuerId }).toArray();
  const said = JSON.stringify({ status: 'issued', codes });
  expect(kept).toHaveLength(1);
  // A short code could be tried by a hash without a key.
  const tried = createHash('sha256').update(`replay:${first.id}:${said}`).digest('base64url');
  expect(JSON.stringify(kept)).not.toContain(tried);
});

test.concurrent('order.void_requested is asked once more, and its answer decides', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('void-1');
  await issuer.submit('void-1', [{ itemId: 'a', value: 'R-VOID-1' }]);
  await issuer.inState('void-1', 'delivered');
  const path = `/orders/${issuer.issuerId}/void-1/refund`;
  expect((await file.platform.operator('POST', path, { reason: 'back' })).status).toBe(200);
  const first = await issuer.message('order.void_requested', 'void-1');
  await writtenDown(issuer, 'void-1', first.id);
  issuer.on('order.void_requested', async () => ({ status: 200, body: { status: 'destroyed' } }));
  await expectReplayed(issuer, first.id);
  const second = await issuer.message('order.void_requested', 'void-1', 2);
  expect([second.id, second.raw]).toEqual([first.id, first.raw]);
  await until('the decision', async () => (await issuer.order('void-1')).body.voidRequest.state === 'destroyed');
});

test.concurrent('a function gets it once more, and whoever fetches is given it once more', async () => {
  const called = await file.issuer({ callback: { kind: 'function', name } });
  const ofOrder = (orderNo: string) => heard.filter(({ data }) => data.orderNo === orderNo);
  await called.place('function-1');
  const [first] = await until('the first call', () => {
    const calls = ofOrder('function-1');
    return calls.length === 1 && calls;
  });
  const id = await until('its id', async () => {
    const lines = (await called.get('/orders/function-1/timeline')).body.data;
    return lines.find(({ event }: { event: string }) => event === 'notice_answered')?.detail.message;
  });
  await expectReplayed(called, id);
  const calls = await until('the second call', () => {
    const both = ofOrder('function-1');
    return both.length === 2 && both;
  });
  expect(calls[1]).toEqual(first);

  const issuer = await file.issuer({ callback: { kind: 'pull' } });
  const fetchOne = (type: string) =>
    until(type, async () => {
      const { data = [] } = (await issuer.get('/messages?waitSeconds=2')).body;
      return data.find((one: { type: string }) => one.type === type);
    });
  const acknowledge = (messageId: string) =>
    issuer.post('/messages/acknowledgement', { type: 'messages.acknowledgement', results: [{ id: messageId }] });
  await issuer.place('fetched-1');
  const paid = await fetchOne('order.paid');
  await acknowledge(paid.id);
  await expectReplayed(issuer, paid.id);
  expect(await fetchOne('order.paid')).toEqual({ ...paid, attempt: 2 });
  await acknowledge(paid.id);
  await issuer.cancel('fetched-1');
  const event = await fetchOne('order.cancelled');
  await acknowledge(event.id);
  await expectReplayed(issuer, event.id);
  expect(await fetchOne('order.cancelled')).toEqual({ ...event, attempt: 2 });
});

test.concurrent('what is nobody’s or another’s is unknown, and a paused issuer gets nothing', async () => {
  const [issuer, other] = [await file.issuer(), await file.issuer()];
  await issuer.place('mine-1');
  const { id } = await issuer.message('order.paid', 'mine-1');
  await until('it to be written down', async () => (await issuer.order('mine-1')).body.state === 'notified');
  expectProblem(await replay(issuer, 'cf_paid_nothing'), 404, 'message_unknown');
  expectProblem(await replay(other, id), 404, 'message_unknown');
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  expectProblem(await replay(issuer, id), 409, 'issuer_paused');
});
