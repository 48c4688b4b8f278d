import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();

describe('GET /events', () => {
  interface Event {
    readonly id: string;
    readonly type: string;
    readonly timestamp: string;
    readonly data: { readonly orderNo: string; readonly sequence: number };
  }
  const delivered = async (issuer: Awaited<ReturnType<typeof file.issuer>>, orderNo: string, value: string) => {
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, [{ itemId: 'a', value }]);
  };

  test('is each event once, as it was sent and by its id, in the same order for whoever reads later', async () => {
    const issuer = await file.issuer();
    const orders = Array.from({ length: 6 }, (_, n) => `feed-${n}`);
    const live: Event[] = [];
    let cursor = '';
    let isOver = false;
    const tail = (async () => {
      while (!isOver || live.length < 10) {
        const page = await issuer.get(`/events?limit=2&waitSeconds=1${cursor && `&after=${cursor}`}`);
        expect([page.status, Object.keys(page.body).sort(), typeof page.body.nextCursor]).toEqual([
          200,
          ['data', 'nextCursor'],
          'string',
        ]);
        live.push(...page.body.data);
        cursor = page.body.nextCursor;
      }
    })();
    await Promise.all(orders.map((orderNo) => delivered(issuer, orderNo, `C-${orderNo}`)));
    // Two more events of some orders: codes_void and refund_due, or cancelled for one that is open.
    await issuer.inState('feed-0', 'delivered');
    const token = issuer.tokenOf('feed-0');
    const gone = { type: 'order.void', orderNo: 'feed-0', token, reason: 'lost' };
    expect((await issuer.post('/orders/feed-0/void', gone)).status).toBe(200);
    await issuer.placeVerified('feed-open');
    await issuer.cancel('feed-open');
    await issuer.message('order.refund_due', 'feed-open');
    isOver = true;
    await tail;
    const keyOf = ({ data }: Event) => `${data.orderNo}/${data.sequence}`;
    expect(new Set(live.map(keyOf)).size).toBe(live.length);
    const of = (orderNo: string) => live.filter(({ data }) => data.orderNo === orderNo);
    for (const orderNo of [...orders, 'feed-open']) {
      const sequences = of(orderNo).map(({ data }) => data.sequence);
      expect([orderNo, sequences]).toEqual([orderNo, sequences.map((_, n) => n + 1)]);
    }
    for (const { id, ...body } of live) {
      const sent = await until(`the callback ${id}`, () => issuer.received.find((one) => one.id === id));
      expect(body).toEqual(JSON.parse(sent.raw));
    }
    const again = (await issuer.get('/events?limit=100')).body;
    expect(again.data).toEqual(live);
    const end = await issuer.get(`/events?after=${again.nextCursor}`);
    expect(end.body).toEqual({ data: [], nextCursor: expect.any(String) });
  });

  test('shows an event five seconds after its write, not before, and a reader that waits gets it', async () => {
    const issuer = await file.issuer();
    const { nextCursor } = (await issuer.get('/events')).body;
    await delivered(issuer, 'wait-1', 'W-1');
    const { atMs } = await issuer.message('order.delivered', 'wait-1');
    const waiting = await issuer.get(`/events?after=${nextCursor}&waitSeconds=30`);
    const seenMs = Date.now();
    expect(waiting.body.data.map(({ type }: Event) => type)).toEqual(['order.delivered']);
    // It was told after it was written; clocks of one machine.
    const row = await file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'wait-1' });
    const writtenMs = Number(row?.events[0]?.writtenAt?.getTime());
    expect(writtenMs).toBeLessThanOrEqual(atMs);
    expect(seenMs - writtenMs).toBeGreaterThanOrEqual(5_000);
  });

  test('four readers of an issuer wait, a fifth is 429; one that does not wait is answered', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('four-1');
    const five = Array.from({ length: 5 }, () => issuer.get('/events?waitSeconds=30'));
    const refused = await Promise.any(
      five.map(async (reader) => {
        const answer = await reader;
        if (answer.status === 200) throw new Error('an event has come');
        return answer;
      }),
    );
    expectProblem(refused, 429, 'rate_limited');
    expect((await issuer.get('/events')).status).toBe(200);
    await issuer.submit('four-1', [{ itemId: 'a', value: 'F-1' }]);
    const answers = await Promise.all(five);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
    for (const { status, body } of answers) if (status === 200) expect(body.data).toHaveLength(1);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['waitSeconds=31', 'waitSeconds'],
    ['waitSeconds=-1', 'waitSeconds'],
    ['waitSeconds=1.5', 'waitSeconds'],
    ['after=made-up', 'after'],
    ['after=', 'after'],
    [`after=${Buffer.from(`${Date.now() + 86_400_000}/0/`).toString('base64url')}`, 'after'],
    ['cursor=x', 'cursor'],
  ])('%s is 422', async (query, parameter) => {
    const issuer = await file.issuer();
    expectProblem(await issuer.get(`/events?${query}`), 422, 'body_invalid', `/${parameter}`);
  });

  test('a cursor of more than 30 days ago is 410 cursor_gone', async () => {
    const issuer = await file.issuer();
    const old = Buffer.from(`${Date.now() - 31 * 86_400_000}/1/A-1`).toString('base64url');
    expectProblem(await issuer.get(`/events?after=${old}`), 410, 'cursor_gone');
  });
});
